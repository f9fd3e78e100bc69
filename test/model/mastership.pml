/*
 * The mastership protocol for three nodes, in every order of events.
 *
 * A model of packages/domain/src/{voter,lease,commit,start}.ts and of the order in which office is taken. A step
 * is one message handled, one decision or one fault, and whatever can happen next does, in some run. In all:
 *
 *   I1  never two masters in office that take changes, and no epoch is won twice
 *   I2  no committed change is missing from a configuration that is committed or acknowledged later
 *   I4  who wins an epoch stands with all that was committed in the epochs before
 *
 * Bound: EPOCHS (epochs 1 to 3), CHANGES of the configuration (2), CRASHES with restart of a node (1), or as defined;
 * model.test.ts has the bounds that are checked. As many candidacies, rounds of renewal, lapses, resumptions, losses
 * and delays as there is room for. Node 1 was master of epoch 1 when it begins. The electorate is fixed. With WITNESS
 * node 3 is no candidate; with HANDOVER masters nominate and resign, one such word per epoch.
 *
 * What is simpler than the program, and why no error of the rules hides in it:
 *   Votes     A node stands or resumes whatever the votes would have told it, with any configuration that was ever
 *             sent: surveys and start-up votes are opinions, grants and renewals alone must hold. The program never
 *             resumes an epoch, it is elected anew; that a node might is one more freedom here.
 *   Time      A lease may lapse at any moment. Voters are free when the holder's own count of it has ended, not
 *             before: that arithmetic (safeLeaseMs, clocks that drift) is not modelled. A voter that is free later
 *             only refuses more. A grant backs no office, so the lease that it is binds nobody here. The silent
 *             period is a lease whose holder the voter has forgotten.
 *   Network   Puts stay on their way for ever, to be lost, late, repeated, out of order. A grant or a renewal that
 *             arrives when its sender has moved on only makes a voter refuse more, so it does not arrive; a candidacy
 *             whose own node has moved on first is there with STRAYS. An answer arrives when it is given: what its
 *             receiver does with it may be any time later.
 *   Crashes   A node that is down is a node whose messages are late; crash and restart are one step. A text that was
 *             stored but not acknowledged is one that was sent. A daemon that hangs does nothing.
 *
 * Each name under "Planted faults", defined, takes a rule away; a violation must then be found.
 * To read a counterexample: spin -a -DFAULT …, compile pan.c with -DBFS, ./pan, then ./pan -r.
 */
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef CRASHES
#define CRASHES 1
#endif

/* A version: its epoch, how many changes (its serial), which ones (a bit each; its digest). */
#define version(e, changes) (((e) << 4) | ((((changes) & 1) + ((changes) >> 1)) << 2) | (changes))
#define epochOf(w) ((w) >> 4)
#define placeOf(w) ((w) >> 2)
#define changesIn(w) ((w) & 3)
#define lacks(w, changes) ((changes) & ~changesIn(w))

/* Nodes are 1, 2 and 3; a set of them has a bit for each. */
#define nobody 0
#define bit(n) (1 << ((n) - 1))
#define isMajority(set) ((set) == 3 || (set) >= 5)
#ifdef WITNESS
#define candidates 3
#else
#define candidates 7
#endif
#define isCandidate(n) (bit(n) & candidates)

/* On the disk of each node: its voter record. */
byte epoch[4], grantedTo[4];
byte known[4];     /* newest version acknowledged */
byte master[4];    /* who sent it, the master of its epoch */

/* In the memory of each voter: whom it promised, and whether a restart has made it forget whom. */
byte holder[4];
bool forgotten[4];

/* In the memory of each master daemon. */
#define idle 0
#define asking 1   /* has a grant, needs a majority; offer: what it stands with */
#define pushing 2  /* has won or resumed; offer: what must be committed before it takes office */
#define settled 3  /* offer: committed */
#define changing 4 /* offer: a change, not yet committed */
byte role[4], own[4], offer[4];
byte acks[4];      /* who has granted, or acknowledged the offer */
byte backed[4];    /* whose promises it is in office by; none: out of office */
byte renewed[4];   /* who has promised in the round of renewal that is under way */

/* In the network: a bit for each set of changes. */
#define at(c, e) ((c) * 4 + (e))
byte seen[4];      /* by epoch: every configuration that was ever sent */
byte puts[16];     /* by sender and epoch */
#ifdef WITNESS
byte tells[16];    /* likewise, to those who are not candidates */
#define sent(v, c, e) (isCandidate(v) -> puts[at(c, e)] : tells[at(c, e)])
#else
#define sent(v, c, e) puts[at(c, e)]
#endif

/* With the checker. */
byte changesMade, crashes;
byte newest, promised; /* newest version committed, and the changes in it */
bool I1 = true, I2 = true, I4 = true;
byte i, j, set;

/* ---- Planted faults, and the rules that they take away ---- */

#ifdef GRANT_NOT_PERSISTED
byte diskEpoch[4], diskGrantedTo[4];
#define persist(v) diskEpoch[v] = epoch[v]; diskGrantedTo[v] = grantedTo[v]
#define reread(v) epoch[v] = diskEpoch[v]; grantedTo[v] = diskGrantedTo[v]
#else
#define persist(v) skip
#define reread(v) skip
#endif

#ifdef GRANTED_TWICE
#define epochIsFree(v, c, e) ((e) >= epoch[v])
#else
#define epochIsFree(v, c, e) ((e) > epoch[v] || (e) == epoch[v] && (grantedTo[v] == nobody || grantedTo[v] == (c)))
#endif

#define notOutdated(v, w) (placeOf(w) > placeOf(known[v]) || (w) == known[v])
#if defined(NO_VERSION_CHECK)
#define newEnough(v, w) true
#elif defined(NO_DIGEST_CHECK)
#define newEnough(v, w) (placeOf(w) >= placeOf(known[v]))
#else
#define newEnough(v, w) notOutdated(v, w)
#endif

#ifdef PLURALITY
#define elects(set) ((set) != 0)
#else
#define elects(set) isMajority(set)
#endif

#ifdef NO_SILENCE_AFTER_RESTART
#define forget(v) holder[v] = nobody
#else
#define forget(v) forgotten[v] = (holder[v] != nobody)
#endif

#ifdef OLD_EPOCH_OBEYED
#define epochIsCurrent(v, w) true
#define canStillWork(n, c) true
#else
#define epochIsCurrent(v, w) (epochOf(w) >= epoch[v])
#define canStillWork(n, c) (epoch[n] <= own[c])
#endif

#ifdef OLD_EPOCH_RENEWED
#define mayRenew(v, c) true
#else
#define mayRenew(v, c) isHolder(v, c, own[c])
#endif

/* With three candidates any majority holds two copies; beside a witness one must do if the other is silent. */
#define stored(set) ((set) & candidates)
#ifdef COMMITTED_TOO_EARLY
#define commits(set) stored(set)
#else
#define commits(set) (stored(set) && isMajority(set))
#endif

/* ---- The rules ---- */

#define live(v) (holder[v] != nobody && ((backed[holder[v]] | renewed[holder[v]]) & bit(v)))
#define rightful(v) (epochOf(known[v]) == epoch[v] -> master[v] : grantedTo[v])
#define isHolder(v, c, e) ((e) > epoch[v] || (e) == epoch[v] && (rightful(v) == (c) || rightful(v) == nobody))
#define bound(v, c) (live(v) && !nominated(v, c) && (forgotten[v] -> rightful(v) : holder[v]) != (c))
#define grants(v, c, e, w) (epochIsFree(v, c, e) && newEnough(v, w) && !bound(v, c))
#define accepts(v, c, w) (epochIsCurrent(v, w) && notOutdated(v, w) && \
  (epochOf(known[v]) != epochOf(w) || master[v] == (c)))

#define waitsFor(v, c, w) ((role[c] == pushing || role[c] == changing) && offer[c] == (w) && !(acks[c] & bit(v)))
#define wanted(v, c, w) (accepts(v, c, w) && (known[v] != (w) || waitsFor(v, c, w)))

/*
 * Handing over. A master that nominates stays in office but takes no changes; if it renews after all, it goes on.
 * One that resigns leaves first. Voters obey the words of a holder in the order of their sending.
 */
#ifdef HANDOVER
byte nominates[16];      /* in the network: whom, by sender and epoch */
bool resigns[16];
byte nominee[4];         /* in the memory of each voter */
bool heardLater[4];      /* it has heard a renewal that was sent after the nomination or resignation */
byte handing[4];         /* in the memory of each master daemon */
#define nominating 1     /* the round under way was sent before the nomination */
#define takingBack 2     /* after it */
#define hasWord(c, e) (nominates[at(c, e)] || resigns[at(c, e)])
#define nominated(v, c) (nominee[v] == (c))
#define roundIsLater(c) (hasWord(c, own[c]) && handing[c] != nominating)
#ifdef WORDS_OUT_OF_ORDER
#define wordInOrder(v) true
#else
#define wordInOrder(v) !(live(v) && heardLater[v])
#endif
#ifdef HANDED_OVER_IN_SILENCE
#define hears(v) wordInOrder(v)
#else
#define hears(v) (wordInOrder(v) && !(live(v) && forgotten[v]))
#endif
#define renewalInOrder(v, c) (roundIsLater(c) || !(live(v) && nominee[v]))
#define takesChanges(c) (backed[c] && !handing[c])
#else
#define nominated(v, c) false
#define renewalInOrder(v, c) true
#define takesChanges(c) backed[c]
#endif

/* ---- What follows from an event ---- */

inline leave(c) {
  role[c] = idle; own[c] = 0; offer[c] = 0; acks[c] = 0; backed[c] = 0; renewed[c] = 0;
#ifdef HANDOVER
  handing[c] = 0
#endif
}

inline free(v) {
  holder[v] = nobody; forgotten[v] = false;
#ifdef HANDOVER
  heardLater[v] = false
#endif
}

inline push(c, w) {
  offer[c] = w; acks[c] = 0;
  puts[at(c, epochOf(w))] = puts[at(c, epochOf(w))] | (1 << changesIn(w));
  seen[epochOf(w)] = seen[epochOf(w)] | (1 << changesIn(w))
}

#define alsoWon(n, c) (n != c && role[n] >= pushing && own[n] == own[c] || \
  epochOf(known[n]) == own[c] && master[n] != c && master[n] != nobody)

inline win(c) {
  I1 = !(alsoWon(1, c) || alsoWon(2, c) || alsoWon(3, c)); assert(I1);
  I4 = (own[c] < epochOf(newest) || placeOf(offer[c]) >= placeOf(newest)); assert(I4);
  role[c] = pushing;
  push(c, version(own[c], changesIn(offer[c])))
}

inline grant(v, c) {
  epoch[v] = own[c]; grantedTo[v] = c;
#ifdef HANDOVER
  nominee[v] = nobody;
#endif
  if :: live(v) -> holder[v] = c; forgotten[v] = false :: else fi;
  acks[c] = acks[c] | bit(v);
  if :: elects(acks[c]) -> win(c) :: else fi
}

inline store(v, c, w) {
  I2 = (placeOf(w) <= placeOf(newest) || !lacks(w, promised)); assert(I2);
  grantedTo[v] = ((epochOf(w) == epoch[v] && grantedTo[v] != nobody) -> grantedTo[v] : c);
  epoch[v] = epochOf(w); known[v] = w; master[v] = c;
  persist(v)
}

#define wonWithout(n, c) (role[n] >= pushing && own[n] > own[c] && lacks(offer[n], changesIn(offer[c])))

/* What is found to be committed when a later master has committed already is in what that one has. */
inline commit(c) {
  if
  :: placeOf(offer[c]) >= placeOf(newest) ->
     I2 = !lacks(offer[c], promised);
     newest = offer[c]; promised = changesIn(offer[c])
  :: else ->
     I2 = !lacks(newest, changesIn(offer[c]))
  fi;
  assert(I2);
  I4 = !(wonWithout(1, c) || wonWithout(2, c) || wonWithout(3, c)); assert(I4);
  role[c] = settled; acks[c] = 0
}

inline acknowledge(v, c, w) {
  acks[c] = acks[c] | bit(v);
#ifdef WITNESS
  if :: stored(acks[c]) -> tells[at(c, epochOf(w))] = tells[at(c, epochOf(w))] | (1 << changesIn(w)) :: else fi;
#endif
  if :: commits(acks[c]) -> commit(c) :: else fi
}

inline promise(v, c, e) {
  if :: e > epoch[v] -> epoch[v] = e; grantedTo[v] = c :: else fi;
  persist(v);
#ifdef HANDOVER
  nominee[v] = nobody; heardLater[v] = roundIsLater(c);
#endif
  if :: holder[v] != c -> holder[v] = c :: else fi;
  forgotten[v] = false;
  renewed[c] = renewed[c] | bit(v)
}

inline beInOffice(c) {
  backed[c] = renewed[c]; renewed[c] = 0;
#ifdef HANDOVER
  handing[c] = (handing[c] == nominating -> nominating : 0);
#endif
  I1 = ((takesChanges(1) != 0) + (takesChanges(2) != 0) + (takesChanges(3) != 0) <= 1); assert(I1)
}

/* Takes out of the state what can make no difference any more: states that are alike become one. */
inline tidy() {
  /* a master daemon that can neither win nor commit nor renew, and is not in office */
  i = 1;
  do
  :: i <= 3 && (role[i] == idle || backed[i]) -> i++
  :: i <= 3 && role[i] != idle && !backed[i] ->
     set = acks[i] | renewed[i] | (canStillWork(1, i) -> 1 : 0) | (canStillWork(2, i) -> 2 : 0) | (canStillWork(3, i) -> 4 : 0);
     if :: !isMajority(set) -> leave(i) :: else fi;
     i++
  :: i > 3 -> break
  od;
  /* promises that are over, and facts of the record that a later fact hides */
  i = 1;
  do
  :: i <= 3 ->
     if :: !live(i) -> free(i) :: else fi;
#if !defined(NO_VERSION_CHECK) && !defined(OLD_EPOCH_OBEYED)
     if :: epochOf(known[i]) == epoch[i] -> grantedTo[i] = nobody :: else -> master[i] = nobody fi;
     j = 0;
     do
     :: j < 4 && seen[i] ->
        if
        :: (seen[i] & (1 << j)) && !newEnough(1, version(i, j)) && !newEnough(2, version(i, j)) && !newEnough(3, version(i, j)) ->
           seen[i] = seen[i] & ~(1 << j)
        :: else
        fi;
        j++
     :: else -> break
     od;
#endif
     i++
  :: else -> break
  od;
  /* what is on its way and nobody would take */
  i = at(1, 1);
  do
  :: i <= at(3, 3) ->
#ifdef HANDOVER
     if
     :: epoch[1] > (i & 3) && epoch[2] > (i & 3) && epoch[3] > (i & 3) -> nominates[i] = nobody; resigns[i] = false
     :: else
     fi;
#endif
     j = 0;
     do
     :: j < 4 && puts[i] ->
        if
        :: (puts[i] & (1 << j)) && !wanted(1, i >> 2, version(i & 3, j)) && !wanted(2, i >> 2, version(i & 3, j)) && \
           !wanted(3, i >> 2, version(i & 3, j)) ->
           puts[i] = puts[i] & ~(1 << j)
        :: else
        fi;
        j++
     :: else -> break
     od;
     i++
  :: else -> break
  od;
  i = 0; j = 0; set = 0
}

/* ---- Events: when each may happen. v is a voter, c a candidate or master, e an epoch, w a version ---- */

mtype = { standing, granting, storing, resuming, renewing, newRound, lapsing, altering, crashing, freeing,
  naming, resigning, hearingNomination, hearingResignation };
mtype what;
byte v, c, e, w;

#define CAN(event, condition, voter, sender, inEpoch, of) \
  :: d_step { condition -> what = event; v = voter; c = sender; e = inEpoch; w = of }

#ifdef STRAYS
#define above(c, e) true
#else
#define above(c, e) (e > epoch[c])
#endif

/* A node becomes a candidate with its first grant. What it stands with it may have read long before. */
#define STAND(v, c, e, from, n) CAN(standing, e <= EPOCHS && own[c] < e && above(c, e) && isCandidate(c) && \
  (seen[from] & (1 << n)) && grants(v, c, e, version(from, n)), v, c, e, version(from, n))
#define GRANT(v, c) CAN(granting, role[c] == asking && !(acks[c] & bit(v)) && \
  grants(v, c, own[c], offer[c]), v, c, own[c], 0)
#define STORE(v, c, e, n) CAN(storing, (sent(v, c, e) & (1 << n)) && wanted(v, c, version(e, n)), v, c, e, version(e, n))
#define RENEW(v, c) CAN(renewing, role[c] >= settled && !(renewed[c] & bit(v)) && mayRenew(v, c) && \
  renewalInOrder(v, c), v, c, own[c], 0)
#define NEW_ROUND(c) CAN(newRound, renewed[c] != 0 || takesBack(c), 0, c, 0, 0)
#define LAPSE(c) CAN(lapsing, backed[c] != 0, 0, c, 0, 0)
#define CHANGE(c) CAN(altering, role[c] == settled && takesChanges(c) && changesMade < CHANGES, 0, c, own[c], 0)
#define CRASH(v) CAN(crashing, crashes < CRASHES, v, v, 0, 0)
/* A master whose daemon has restarted: a change that was under way counts as not yet committed. */
#define RESUME(c, e, n) CAN(resuming, role[c] == idle && isCandidate(c) && epoch[c] == e && \
  epochOf(known[c]) == e && master[c] == c && (seen[e] & (1 << n)) && notOutdated(c, version(e, n)), 0, c, e, version(e, n))

#ifdef HANDOVER
#define takesBack(c) (handing[c] == nominating)
#define NOMINATE(d, c) CAN(naming, role[c] == settled && backed[c] && own[c] < EPOCHS && !hasWord(c, own[c]) && isCandidate(d) && c != d, \
  d, c, own[c], 0)
#define RESIGN(c) CAN(resigning, backed[c] && own[c] < EPOCHS && !hasWord(c, own[c]), 0, c, own[c], 0)
#define HEAR_NOMINATION(v, c, e) CAN(hearingNomination, nominates[at(c, e)] && e == epoch[v] && isHolder(v, c, e) && \
  hears(v), v, c, e, 0)
#define HEAR_RESIGNATION(v, c, e) CAN(hearingResignation, resigns[at(c, e)] && e == epoch[v] && isHolder(v, c, e) && \
  hears(v), v, c, e, 0)
#else
#define takesBack(c) false
#define NOMINATE(d, c)
#define RESIGN(c)
#define HEAR_NOMINATION(v, c, e)
#define HEAR_RESIGNATION(v, c, e)
#endif

#ifdef COUNTED_FROM_ANSWER
#define FREE_TOO_EARLY(v) CAN(freeing, live(v), v, 0, 0, 0)
#else
#define FREE_TOO_EARLY(v)
#endif

#define FOR_CHANGES(EVENT, v, c, e) EVENT(v, c, e, 0) EVENT(v, c, e, 1) EVENT(v, c, e, 2) EVENT(v, c, e, 3)
#define STAND_FROM_1(v, c, e, n) STAND(v, c, e, 1, n)
#define STAND_FROM_2(v, c, e, n) STAND(v, c, e, 2, n)
#define RESUME_WITH(v, c, e, n) RESUME(c, e, n)
#define IN_EPOCH(v, c, e) FOR_CHANGES(STORE, v, c, e) HEAR_NOMINATION(v, c, e) HEAR_RESIGNATION(v, c, e)
#define BETWEEN(v, c) \
  FOR_CHANGES(STAND_FROM_1, v, c, 2) FOR_CHANGES(STAND_FROM_1, v, c, 3) FOR_CHANGES(STAND_FROM_2, v, c, 3) \
  GRANT(v, c) RENEW(v, c) NOMINATE(v, c) IN_EPOCH(v, c, 2) IN_EPOCH(v, c, 3)
#define OF(n) \
  IN_EPOCH(n, 1, 1) BETWEEN(n, 1) BETWEEN(n, 2) BETWEEN(n, 3) \
  FOR_CHANGES(RESUME_WITH, n, n, 1) FOR_CHANGES(RESUME_WITH, n, n, 2) FOR_CHANGES(RESUME_WITH, n, n, 3) \
  NEW_ROUND(n) LAPSE(n) CHANGE(n) CRASH(n) RESIGN(n) FREE_TOO_EARLY(n)

/* ---- Events: what each does ---- */

inline happen() {
  if
  :: what == standing ->
     printf("%d stands for epoch %d, %d grants it (epoch %d, changes %d)\n", c, e, v, epochOf(w), changesIn(w));
     leave(c); role[c] = asking; own[c] = e; offer[c] = w;
     grant(v, c)
  :: what == granting ->
     printf("%d grants epoch %d to %d\n", v, e, c);
     grant(v, c)
  :: what == storing ->
     printf("%d stores what %d sent (epoch %d, changes %d)\n", v, c, e, changesIn(w));
     if :: known[v] != w -> store(v, c, w) :: else fi;
     if :: waitsFor(v, c, w) -> acknowledge(v, c, w) :: else fi
  :: what == renewing ->
     printf("%d promises the lease of epoch %d to %d\n", v, e, c);
     promise(v, c, e);
     if :: isMajority(renewed[c]) -> beInOffice(c) :: else fi
  :: what == newRound ->
     printf("%d begins another round of renewal\n", c);
     renewed[c] = 0;
#ifdef HANDOVER
     handing[c] = (handing[c] != 0 -> takingBack : 0)
#endif
  :: what == lapsing ->
     printf("%d counts its lease as over\n", c);
     backed[c] = 0
  :: what == altering ->
     changesMade++;
     printf("%d makes change %d\n", c, changesMade);
     role[c] = changing; push(c, version(e, changesIn(offer[c]) | (1 << (changesMade - 1))))
  :: what == resuming ->
     printf("%d resumes epoch %d (changes %d)\n", c, e, changesIn(w));
     role[c] = pushing; own[c] = e; push(c, w)
  :: what == crashing ->
     printf("%d crashes and restarts\n", v);
     crashes++; reread(v); forget(v); leave(c);
#ifdef HANDOVER
     nominee[v] = nobody; heardLater[v] = false
#endif
  :: what == freeing ->
     printf("%d counts its promise as over\n", v);
     free(v)
#ifdef HANDOVER
  :: what == naming ->
     printf("%d nominates %d\n", c, v);
     nominates[at(c, e)] = v; handing[c] = nominating
  :: what == resigning ->
     printf("%d resigns\n", c);
     resigns[at(c, e)] = true; leave(c)
  :: what == hearingNomination ->
     printf("%d hears whom %d nominated in epoch %d\n", v, c, e);
     nominee[v] = nominates[at(c, e)]
  :: what == hearingResignation ->
     printf("%d hears that %d resigned in epoch %d\n", v, c, e);
     nominee[v] = nobody; free(v)
#endif
  fi;
  tidy();
  what = 0; v = 0; c = 0; e = 0; w = 0
}

init {
  d_step {
    i = 1;
    do
    :: i <= 3 -> epoch[i] = 1; grantedTo[i] = 1; known[i] = version(1, 0); master[i] = 1; persist(i); i++
    :: else -> break
    od;
    newest = version(1, 0); seen[1] = 1; i = 0
  }
  do
  :: atomic {
       if
       OF(1)
       OF(2)
       OF(3)
       fi;
       d_step { happen() }
     }
  od
}
