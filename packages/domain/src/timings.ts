/**
 * Every deadline, interval and limit of the product, in one place, with its reason. Milliseconds.
 *
 * Tests never wait for these by luck; they pass their own.
 */
export const timings = {
  /** One vote. Ganeti's client allows 5 s to connect and 60 s to answer; a healthy vote takes tens of ms (BEH-021). */
  voteMs: 5_000,
  /** A round of votes, whatever its members do. Slightly above one vote so that the last answer is still counted. */
  voteRoundMs: 5_500,
  /** One look at a node by `verify`: its files, and connections to all others, of which each may be silent for `connectMs`. */
  inspectMs: 10_000,
  /** A round of such looks. Slightly above one look so that the last answer is still counted. */
  inspectRoundMs: 10_500,
  /** List of the volume groups during such a look: a host whose disks take longer is told as one that has none. */
  inspectVolumeGroupsMs: 8_000,
  /** So long after a renewal `verify` takes what looks like one for one, and looks again: longer than it itself takes. */
  renewalSettlesMs: 60_000,
  /** A file that a write made and did not rename is left over after this; no write takes so long. */
  temporaryMs: 60_000,
  /** A channel that is still connecting after this is replaced: grpc-js has no connect time-out of its own. */
  connectMs: 2_000,
  /** Upper bound of a channel's back-off, so that a returned node is found within seconds. */
  reconnectMaxMs: 2_000,
  /** Acceptance of one configuration by one node, two fsyncs included, on a slow disk. */
  putConfigurationMs: 10_000,
  /** How long a change may try for its majority before it is called undecided. */
  commitMs: 15_000,
  /** Leaving office, or a look at it, on one node: address, announcement, master daemon. */
  officeMs: 20_000,
  /** Taking office on one node, or changing its address: two hooks and a script of the site may take 30 s each. */
  raiseAddressMs: 100_000,
  /** One run of `ip` or `arping`, or of an external master-IP script (spec M11: 30 s, then kill). */
  addressCommandMs: 30_000,
  /**
   * When a failover raises the address. On a link that works whoever still has it answers within a millisecond, and to
   * start the program that asks takes a few; the old master lost the address by its kernel, or was seen to be rid of
   * it, so this finds strangers only. Nobody serves meanwhile.
   */
  addressProbeMs: 60,
  /**
   * For how long a host holds the address otherwise than its roster says, while the configuration is changed to that:
   * above `commitMs`. Who then has heard of no change goes back to what the roster says.
   */
  addressChangeMs: 20_000,
  /** A daemon that holds nothing looks this often whether it holds something now. */
  idleWatchMs: 100,
  /** Wait for a started daemon or the SSH port to answer; Ganeti's figure (BEH-189, BEH-191, BEH-193). */
  startMs: 10_000,
  /** First and longest pause between two probes of such a wait. Ganeti polls once a second; polling sooner costs nothing. */
  probeFirstMs: 50,
  probeMaxMs: 1_000,
  /** Whole failover as the client waits for it; above the sum of its bounded steps. */
  failoverMs: 120_000,
  /** Removal of a node as the client waits for it: two commits, two calls to the node, and the wait for its end. */
  nodeRemoveMs: 90_000,
  /** The master looks at all nodes this often: finds a higher epoch, pushes to those that lag. */
  surveyIntervalMs: 2_000,
  /**
   * A node that answers and could not take what was pushed to it is left alone for so long, twice as long each time: the
   * first pause is that to the next look, and a disk that was freed is noticed within a minute.
   */
  pushPauseFirstMs: 2_000,
  pushPauseMaxMs: 60_000,
  /** A standby that believes itself master asks for its majority again after this. Ganeti: 10 s, six times, then gives up. */
  standbyRetryMs: 2_000,
  /** TLS handshake of a stranger; longer ones are dropped. */
  handshakeMs: 5_000,
  /** Unfinished handshakes held at once, in total and from one address; more drop the oldest. */
  pendingHandshakesTotal: 256,
  pendingHandshakesPerAddress: 16,
  /** Refusals alike within this are told once, then counted: an operator reads one line, a flood fills no disk. */
  auditPeriodMs: 60_000,
  /** So many kinds of refused connections, and of refused calls, are told apart in that time: below 60 MB a day, whatever comes. */
  auditKinds: 20,
  /** Open connections are held against the roster this often: within one renewal of the default lease. */
  trustLookMs: 500,
  /** A host without certificate at the door for joins: handshake, one call (a commit and two signatures), then it is cut. */
  strangerConnectionMs: 45_000,
  /** The master opens and closes that door this often, as tokens come and end; a new token opens it at once. */
  strangerDoorLookMs: 500,
  /** How long a joining host tries one address of its token for the certificate it shows. */
  anchorMs: 5_000,
  /** SSH: from connect to authenticated. OpenSSH's ConnectTimeout in the reference is 10 s. */
  sshConnectMs: 10_000,
  /** One remote step of node set-up. */
  sshCommandMs: 60_000,
  /** How long a join waits for that of another command: a host takes seconds, or fails by limits of its own that add up to less. */
  joinTurnMs: 180_000,
  /** One of our programs, some MB, over a slow line to a host that has none. */
  programCopyMs: 300_000,
  /** Installing one package: dpkg has every file on disk before it goes on, and a slow disk takes its time. */
  packageInstallMs: 120_000,
  /** Purging it, and waiting for others who work with packages; less than `sshCommandMs`, by which it may be waited for. */
  packageRemovalMs: 45_000,
  /** Start of one master service. Long enough for a database that replays its journal; a longer one must do so in the background. */
  masterServiceStartMs: 30_000,
  /** Stop of one master service, or what a start under way may still take; then it is killed: the next master is waiting. */
  masterServiceStopMs: 10_000,
  /** One hook before or after a failover: it may speak to a switch or a storage box, but nobody serves meanwhile. */
  hookMs: 30_000,
  /** One list of the volume groups: `vgs` reads every disk of the host, also one that sleeps. */
  volumeGroupsMs: 30_000,
  /** A candidate looks this often whether the master has given its lease back, which it does when it is stopped. */
  lossLookMs: 500,
  /** What was found out so short a while ago is acted on without another look. */
  freshMs: 50,
  /** Between two renewals while the office is being taken. */
  takingOfficeRenewalMs: 50,
  /** A master that is stopped tells the voters that they are free; who does not hear it waits for the end of the lease. */
  resignMs: 500,
  /** A daemon looks this often whether its certificates were replaced. Three small files that the kernel has in memory. */
  identityLookMs: 1_000,
  /**
   * The old cluster certificate counts so long after the last node has switched: a command that has just read the files,
   * or looks at them every second as the daemons do, must be through with the old ones.
   */
  oldAnchorMs: 3_000,
  /** What came in by a cluster certificate that is trusted no more is cut after this: above the longest call of a node. */
  outdatedConnectionMs: 30_000,
  /** The master daemon of the same host reads three files; one that is stopped keeps its node from being renewed. */
  reloadTrustMs: 3_000,
  /** One node makes its keys, of which the RSA key takes seconds on a slow machine, and has them on disk. */
  prepareRenewalMs: 20_000,
  /** One node puts its new certificates in place, and both its daemons show them. */
  switchRenewalMs: 10_000,
  /** The master looks this often whether a certificate is to be renewed, or oftener where certificates are short-lived. */
  certificateLookMs: 60_000,
  /** The same while a node does not answer: it may have missed the end of a renewal, and is not to wait a minute. */
  absentNodeLookMs: 5_000,
  /** While a renewal waits for a node that does not answer, or refuses. */
  renewalRetryMs: 1_000,
  /** Between two attempts to put a host's files in order: a full disk is told often enough, a log is not filled. */
  hostSetupRetryMs: 5_000,
  /** How long the command looks on before it leaves a renewal that does not get on to the master daemon. */
  renewalFollowMs: 120_000,
  /** The same where a node refuses its part: it was asked ten times by then. */
  renewalStuckMs: 10_000,
  /** Ending of a daemon after SIGTERM: calls under way may finish. */
  shutdownGraceMs: 2_000,
} as const;

export type Timings = typeof timings;
