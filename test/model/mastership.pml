/*
 * The mastership protocol, for three nodes and every order of events.
 *
 * A model of packages/domain/src/{lease,voter,commit,start}.ts and of the order in which office is taken; an
 * event here is one message handled, one decision or one fault, and everything that can happen can happen now.
 * What is checked in every state it can reach:
 *
 *   I1  never two masters in office, and no epoch is won twice
 *   I2  no committed change is missing from a configuration that is committed, or acknowledged, later
 *   I4  who wins an epoch stands with all that was committed before it
 *
 * Bound: epochs 1 to EPOCHS (3), CHANGES of the configuration (2), CRASHES of any node (2); candidacies,
 * renewals, restarts of a master daemon, losses and delays as many as fit into that. The electorate does not
 * change. Node 1 was master of epoch 1 when it begins. With WITNESS node 3 is not a candidate.
 *
 * What is left out or made simpler, and why no error hides in it:
 *   - Survey and start-up vote: an opinion, so a node may stand or resume whatever the others would have said,
 *     in any epoch above its own, with its own text or a newer one from anywhere. Voters alone must hold.
 *   - Time: a lease is "live" until its holder's own count has ended, at any moment. Voters of that round are free
 *     at that same moment, no sooner; a voter that is free later only refuses more. That the holder's count ends
 *     first, with clocks that drift, is arithmetic (safeLeaseMs) and not modelled. A grant backs no office, so the
 *     lease it is binds nobody here. The silent period is the lease of a holder whom the voter has forgotten.
 *   - A node that is down is one whose messages are late: crash and restart are one event. A master daemon that
 *     stops without its node is one that does nothing until it stands or resumes.
 *   - Loss: nothing need ever be handled. Delay, duplication, disorder: a put stays in the network for ever. Late grant requests
 *     and renewals of a tenure that is over only make a voter refuse more; they are there with STRAYS.
 *   - An answer arrives when it is given: what the asker does with it may be any time later.
 *   - Nomination and resignation are there with HANDOVER. Without, a holder that left is just as gone.
 *
 * Each of the names in PLANTED FAULTS, defined, breaks one rule; the checker must then find a violation.
 */
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif

/* A version is its epoch, how many changes (the serial), and which (a bit each; the digest). */
#define version(e, changes) (((e) << 4) | ((((changes) & 1) + ((changes) >> 1)) << 2) | (changes))
#define epochOf(version) ((version) >> 4)
#define placeOf(version) ((version) >> 2)
#define changesIn(version) ((version) & 3)
#define lacks(version, changes) ((changes) & ~changesIn(version))

/* A set of nodes is a bit each. Of two sets or more, each a majority of three, any two share a node. */
#define nobody 0
#define bit(n) (1 << ((n) - 1))
#define isMajority(set) ((set) == 3 || (set) >= 5)
#ifdef WITNESS
#define candidates 3
#else
#define candidates 7
#endif
#define isCandidate(n) (bit(n) & candidates)
#define at(c, e) ((c) * 4 + (e))

/* On each node's disk: the voter record, and the text. */
byte epoch[4], grantedTo[4];
byte known[4];      /* newest version acknowledged */
byte master[4];     /* who sent it: the master of its epoch */
byte text[4];       /* the version whose full text is here */

/* In each voter's memory: whom it promised, unless a restart has made it forget. Live while that master counts on it. */
byte holder[4];
bool forgotten[4];

/* In each master daemon's memory. */
#define idle 0
#define asking 1    /* for grants; `offer` is the configuration it stands with */
#define pushing 2   /* `offer`, in its new epoch, before taking office */
#define settled 3   /* `offer` is committed; in office while `backed` */
#define changing 4  /* in office, and `offer` is not yet committed */
byte role[4], own[4], offer[4];
byte acks[4];       /* grants, or acknowledgements of `offer` */
byte backed[4];     /* the majority on whose promises it is in office, until its count ends */
byte renewed[4];    /* who has promised in the round of renewal under way */

/* In the network: by sender and epoch, a bit for each set of changes. Candidates get `puts`, all others `tells`. */
byte puts[16];
byte seen[4];       /* by epoch alone: every text that was ever sent */
#ifdef WITNESS
byte tells[16];
#define sent(v, c, e) (isCandidate(v) -> puts[at(c, e)] : tells[at(c, e)])
#else
#define sent(v, c, e) puts[at(c, e)]
#endif
#ifdef STRAYS
bool renews[16];
byte asks[16];
#endif

/* With the checker. */
byte crashes, changesMade, newest, promisedChanges, i, j, set;
bool I1 = true, I2 = true, I4 = true;

/* ---- PLANTED FAULTS, and the rules they break ---- */

#ifdef GRANT_NOT_PERSISTED
byte diskEpoch[4], diskGrantedTo[4];
#define persist(v) diskEpoch[v] = epoch[v]; diskGrantedTo[v] = grantedTo[v]
#define reread(v) epoch[v] = diskEpoch[v]; grantedTo[v] = diskGrantedTo[v]
#else
#define persist(v) skip
#define reread(v) skip
#endif

#ifdef NO_SILENCE_AFTER_RESTART
#define forget(v) holder[v] = nobody
#else
#define forget(v) forgotten[v] = (holder[v] != nobody)
#endif

#if defined(NO_VERSION_CHECK)
#define newEnough(v, w) true
#elif defined(NO_DIGEST_CHECK)
#define newEnough(v, w) (placeOf(w) >= placeOf(known[v]))
#else
#define newEnough(v, w) notOutdated(v, w)
#endif
#define notOutdated(v, w) (placeOf(w) > placeOf(known[v]) || (w) == known[v])

#ifdef GRANTED_TWICE
#define epochFree(v, c, e) ((e) >= epoch[v])
#else
#define epochFree(v, c, e) ((e) > epoch[v] || (e) == epoch[v] && (grantedTo[v] == nobody || grantedTo[v] == (c)))
#endif

#ifdef PLURALITY
#define elects(set) ((set) != 0)
#else
#define elects(set) isMajority(set)
#endif

#ifdef COMMITTED_TOO_EARLY
#define commits(set) ((set) != 0)
#else
#define commits(set) (isMajority(set) && copied(set))
#endif
#define copied(set) isMajority((set) & candidates)

#ifdef OLD_EPOCH_OBEYED
#define epochCurrent(v, w) true
#else
#define epochCurrent(v, w) (epochOf(w) >= epoch[v])
#endif

#ifdef RENEWED_BY_VOTERS_OF_LATER_EPOCH
#define mayRenew(v, c) true
#else
#define mayRenew(v, c) isHolder(v, c, own[c])
#endif

#ifdef COUNTED_FROM_ANSWER
#define FREED_TOO_EARLY(v) :: d_step { live(v) -> printf("%d counts its promise as over\n", v); free(v) }
#else
#define FREED_TOO_EARLY(v)
#endif

/* ---- handing over: the holder leaves office first, then says so ---- */

#ifdef HANDOVER
byte nominates[16], nominee[4], nominatedIn[4], handedOver[4];
bool resigns[16];
#define nominated(v, c) (nominee[v] == (c))
#define replaceLease(v, e) if :: nominatedIn[v] != e -> nominee[v] = 0; nominatedIn[v] = 0 :: else fi
#define loseNomination(v) nominee[v] = 0; nominatedIn[v] = 0
#ifdef RESUMED_AFTER_HANDOVER
#define mayResume(c) true
#else
#define mayResume(c) (handedOver[c] != epoch[c])
#endif
#define NOMINATE(c, d) \
  :: d_step { backed[c] && isCandidate(d) && c != d -> printf("%d nominates %d\n", c, d); \
     nominates[at(c, own[c])] = d; handedOver[c] = own[c]; leave(c); tidy() }
#define RESIGN(c) \
  :: d_step { backed[c] -> printf("%d resigns\n", c); resigns[at(c, own[c])] = true; handedOver[c] = own[c]; leave(c); tidy() }
#define HEAR_NOMINATION(v, c, e) \
  :: d_step { nominates[at(c, e)] && e == epoch[v] && isHolder(v, c, e) -> \
     printf("%d hears whom %d nominated in epoch %d\n", v, c, e); nominee[v] = nominates[at(c, e)]; nominatedIn[v] = e }
#define HEAR_RESIGNATION(v, c, e) \
  :: d_step { resigns[at(c, e)] && e == epoch[v] && isHolder(v, c, e) -> \
     printf("%d hears that %d resigned in epoch %d\n", v, c, e); loseNomination(v); free(v); tidy() }
#define HANDING(v, c) NOMINATE(c, v) \
  HEAR_NOMINATION(v, c, 1) HEAR_NOMINATION(v, c, 2) HEAR_NOMINATION(v, c, 3) \
  HEAR_RESIGNATION(v, c, 1) HEAR_RESIGNATION(v, c, 2) HEAR_RESIGNATION(v, c, 3)
#else
#define nominated(v, c) false
#define replaceLease(v, e) skip
#define loseNomination(v) skip
#define mayResume(c) true
#define RESIGN(c)
#define HANDING(v, c)
#endif

/* ---- the rules: voter.ts, lease.ts ---- */

#define live(v) (holder[v] != nobody && ((backed[holder[v]] | renewed[holder[v]]) & bit(v)))
#define free(v) holder[v] = nobody; forgotten[v] = false
#define rightful(v) (epochOf(known[v]) == epoch[v] -> master[v] : grantedTo[v])
#define bound(v, c) (live(v) && !nominated(v, c) && (forgotten[v] -> rightful(v) : holder[v]) != (c))
#define grants(v, c, e, w) (epochFree(v, c, e) && newEnough(v, w) && !bound(v, c))
#define isHolder(v, c, e) ((e) > epoch[v] || (e) == epoch[v] && (rightful(v) == (c) || rightful(v) == nobody))
#define accepts(v, c, w) (epochCurrent(v, w) && notOutdated(v, w) && (epochOf(known[v]) != epochOf(w) || master[v] == (c)))

#define wanted(v, c, w) (accepts(v, c, w) && (known[v] != (w) || (isCandidate(v) && text[v] != (w)) || waitsFor(v, c, w)))
#define waitsFor(v, c, w) ((role[c] == pushing || role[c] == changing) && offer[c] == (w) && !(acks[c] & bit(v)))

/* ---- what follows from an event ---- */

inline leave(c) { role[c] = idle; own[c] = 0; offer[c] = 0; acks[c] = 0; backed[c] = 0; renewed[c] = 0 }

/* Takes out of the state what can make no difference any more, so that states that are alike are one. */
inline tidy() {
  i = 1;
  do
  :: i <= 3 ->
     /* a master daemon that can neither win nor commit nor renew, and is not in office */
     if
     :: role[i] != idle && !backed[i] ->
        set = acks[i] | renewed[i];
        j = 1;
        do
        :: j <= 3 -> if :: epoch[j] <= own[i] -> set = set | bit(j) :: else fi; j++
        :: else -> break
        od;
        if :: !isMajority(set) -> leave(i) :: else fi
     :: else
     fi;
     i++
  :: else -> break
  od;
  i = 1;
  do
  :: i <= 3 -> if :: !live(i) -> free(i) :: else fi; i++
  :: else -> break
  od;
  /* puts that nobody would take */
  i = 5;
  do
  :: i < 16 ->
     if
     :: puts[i] ->
        j = 0;
        do
        :: j < 4 ->
           if
           :: (puts[i] & (1 << j)) && !wanted(1, i >> 2, version(i & 3, j)) && !wanted(2, i >> 2, version(i & 3, j)) && !wanted(3, i >> 2, version(i & 3, j)) ->
              puts[i] = puts[i] & ~(1 << j)
           :: else
           fi;
           j++
        :: else -> break
        od
     :: else
     fi;
     i++
  :: else -> break
  od;
  i = 0; j = 0; set = 0
}

inline push(c, w) {
  offer[c] = w; acks[c] = 0;
  puts[at(c, epochOf(w))] = puts[at(c, epochOf(w))] | (1 << changesIn(w));
  seen[epochOf(w)] = seen[epochOf(w)] | (1 << changesIn(w))
}

#define alsoWon(n, c) (n != c && role[n] >= pushing && own[n] == own[c] || epochOf(known[n]) == own[c] && master[n] != c)

inline win(c) {
  I1 = !(alsoWon(1, c) || alsoWon(2, c) || alsoWon(3, c)); assert(I1);
  I4 = (own[c] < epochOf(newest) || placeOf(offer[c]) >= placeOf(newest)); assert(I4);
  role[c] = pushing;
  push(c, version(own[c], changesIn(offer[c])))
}

#define overtakenWithout(n, c) (role[n] >= pushing && own[n] > own[c] && lacks(offer[n], changesIn(offer[c])))

inline grant(v, c) {
  epoch[v] = own[c]; grantedTo[v] = c;
  replaceLease(v, own[c]);
  if :: live(v) -> holder[v] = c; forgotten[v] = false :: else fi;
  acks[c] = acks[c] | bit(v);
  if :: elects(acks[c]) -> win(c) :: else fi
}

/* What is found committed late, after a later master has committed, is in what that one committed. */
inline commit(c) {
  if
  :: placeOf(offer[c]) >= placeOf(newest) ->
     I2 = !lacks(offer[c], promisedChanges);
     newest = offer[c]; promisedChanges = changesIn(offer[c])
  :: else -> I2 = !lacks(newest, changesIn(offer[c]))
  fi;
  assert(I2);
  I4 = !(overtakenWithout(1, c) || overtakenWithout(2, c) || overtakenWithout(3, c)); assert(I4);
  role[c] = settled; acks[c] = 0
}

inline acknowledge(v, c, w) {
  if
  :: waitsFor(v, c, w) ->
     acks[c] = acks[c] | bit(v);
#ifdef WITNESS
     if :: copied(acks[c]) -> tells[at(c, epochOf(w))] = tells[at(c, epochOf(w))] | (1 << changesIn(w)) :: else fi;
#endif
     if :: commits(acks[c]) -> commit(c) :: else fi
  :: else
  fi
}

inline store(v, c, w) {
  I2 = (placeOf(w) <= placeOf(newest) || !lacks(w, promisedChanges)); assert(I2);
  grantedTo[v] = ((epochOf(w) == epoch[v] && grantedTo[v] != nobody) -> grantedTo[v] : c);
  epoch[v] = epochOf(w); known[v] = w; master[v] = c;
  persist(v)
}

inline promise(v, c, e) {
  if :: e > epoch[v] -> epoch[v] = e; grantedTo[v] = c :: else fi;
  persist(v);
  replaceLease(v, e);
  if :: holder[v] != c -> holder[v] = c; forgotten[v] = false :: else fi
}

inline restart(v) { crashes++; reread(v); loseNomination(v); forget(v); leave(v); tidy() }

/* ---- events ---- */

/* A node becomes a candidate with its first grant; what it stands with it may have read long before. */
#define STAND(v, c, e, from, changes) \
  :: d_step { e <= EPOCHS && own[c] < e && isCandidate(c) && (seen[from] & (1 << changes)) && \
     grants(v, c, e, version(from, changes)) -> \
     printf("%d stands for epoch %d with epoch %d, changes %d; %d grants it\n", c, e, from, changes, v); \
     leave(c); role[c] = asking; own[c] = e; offer[c] = version(from, changes); grant(v, c); tidy() }

/* After a restart: the change under way when it ended counts as not yet committed. */
#define RESUME(c, from) \
  :: d_step { role[c] == idle && isCandidate(c) && master[c] == c && epochOf(known[c]) == epoch[c] && mayResume(c) && \
     epochOf(text[from]) == epoch[c] && (from == c || placeOf(text[from]) > placeOf(text[c])) -> \
     printf("%d resumes epoch %d with the text of %d\n", c, epoch[c], from); \
     role[c] = pushing; own[c] = epoch[c]; push(c, text[from]); tidy() }

#define GRANT(v, c) \
  :: d_step { role[c] == asking && !(acks[c] & bit(v)) && grants(v, c, own[c], offer[c]) -> \
     printf("%d grants epoch %d to %d\n", v, own[c], c); grant(v, c); tidy() }

#define PUT(v, c, e, changes) \
  :: d_step { (sent(v, c, e) & (1 << changes)) && wanted(v, c, version(e, changes)) -> \
     printf("%d stores what %d put: epoch %d, changes %d\n", v, c, e, changes); \
     if :: known[v] != version(e, changes) -> store(v, c, version(e, changes)) :: else fi; \
     if :: isCandidate(v) -> text[v] = version(e, changes) :: else fi; \
     acknowledge(v, c, version(e, changes)); tidy() }

/* The text has reached the disk, the record that acknowledges it has not. */
#define TORN_PUT(v, c, e, changes) \
  :: d_step { crashes < CRASHES && isCandidate(v) && (puts[at(c, e)] & (1 << changes)) && \
     accepts(v, c, version(e, changes)) && text[v] != version(e, changes) -> \
     printf("%d crashes while it stores what %d put: epoch %d, changes %d\n", v, c, e, changes); \
     text[v] = version(e, changes); restart(v) }

#define RENEW(v, c) \
  :: d_step { role[c] >= settled && !(renewed[c] & bit(v)) && mayRenew(v, c) -> \
     printf("%d promises to %d\n", v, c); \
     promise(v, c, own[c]); \
     renewed[c] = renewed[c] | bit(v); \
     if \
     :: isMajority(renewed[c]) -> \
        backed[c] = renewed[c]; renewed[c] = 0; \
        I1 = ((backed[1] != 0) + (backed[2] != 0) + (backed[3] != 0) <= 1); assert(I1) \
     :: else \
     fi; \
     tidy() }

#define ROUND_LOST(c) \
  :: d_step { renewed[c] -> printf("A renewal of %d comes to nothing\n", c); renewed[c] = 0; tidy() }
#define LAPSE(c) \
  :: d_step { backed[c] -> printf("%d counts its lease as over\n", c); backed[c] = 0; tidy() }

#define CHANGE(c) \
  :: d_step { role[c] == settled && backed[c] && changesMade < CHANGES -> \
     changesMade++; printf("%d makes change %d\n", c, changesMade); \
     role[c] = changing; push(c, version(own[c], changesIn(offer[c]) | (1 << (changesMade - 1)))); tidy() }

#define CRASH(v) \
  :: d_step { crashes < CRASHES -> printf("%d crashes\n", v); restart(v) }

#define PUTS_OF(v, c, e) \
  PUT(v, c, e, 0) PUT(v, c, e, 1) PUT(v, c, e, 2) PUT(v, c, e, 3) \
  TORN_PUT(v, c, e, 0) TORN_PUT(v, c, e, 1) TORN_PUT(v, c, e, 2) TORN_PUT(v, c, e, 3)
#define BETWEEN(v, c) \
  STANDS(v, c, 2, 1) STANDS(v, c, 3, 1) STANDS(v, c, 3, 2) RESUME(c, v) GRANT(v, c) \
  PUTS_OF(v, c, 2) PUTS_OF(v, c, 3) RENEW(v, c) HANDING(v, c)
#define STANDS(v, c, e, from) STAND(v, c, e, from, 0) STAND(v, c, e, from, 1) STAND(v, c, e, from, 2) STAND(v, c, e, from, 3)
#define OF(n) \
  PUTS_OF(n, 1, 1) BETWEEN(n, 1) BETWEEN(n, 2) BETWEEN(n, 3) \
  ROUND_LOST(n) LAPSE(n) CHANGE(n) CRASH(n) RESIGN(n) FREED_TOO_EARLY(n)

init {
  d_step {
    i = 1;
    do
    :: i <= 3 ->
       epoch[i] = 1; grantedTo[i] = 1; known[i] = version(1, 0); master[i] = 1; persist(i);
       if :: isCandidate(i) -> text[i] = version(1, 0) :: else fi;
       i++
    :: else -> break
    od;
    newest = version(1, 0); seen[1] = 1; i = 0
  }
  do
  OF(1)
  OF(2)
  OF(3)
  od
}
