/* draft */
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif

/* ---- words ---- */
#define nobody 0
#define epochOf(v) ((v) >> 4)
#define placeOf(v) ((v) >> 2)
#define saysOf(v) ((v) & 3)
#define version(e, changes) (((e) << 4) | ((((changes) & 1) + ((changes) >> 1)) << 2) | (changes))
#define bit(n) (1 << ((n) - 1))
#define isMajority(set) ((set) == 3 || (set) >= 5)
#define at(c, e) ((c) * 4 + (e))
#ifdef WITNESS
#define candidates 3
#else
#define candidates 7
#endif
#define isCandidate(n) (bit(n) & candidates)

/* ---- on the disk of each node ---- */
byte epoch[4];
byte grantedTo[4];
byte master[4];     /* of the version below, in its epoch */
byte known[4];      /* newest version acknowledged */
byte text[4];       /* version whose full text lies here */

/* ---- in the memory of each voter ---- */
byte holder[4];
bool forgotten[4];
byte nominee[4];

/* ---- in the memory of each master daemon ---- */
#define idle 0
#define asking 1
#define recording 2
#define settled 3
#define changing 4
byte role[4];
byte own[4];        /* epoch it asks for or holds */
byte offer[4];      /* version it stands with, pushes, or has committed */
byte acks[4];
byte backed[4];     /* the majority on whose promise it acts; 0: out of office */
byte round[4];      /* who promised in the round of renewal under way */

/* ---- the network ---- */
byte askedWith[16];
byte puts[16];
byte told[16];
bool renews[16];
byte nominates[16];
bool resigns[16];

/* ---- what the checker remembers ---- */
byte changesMade, crashesLeft = CRASHES;
byte committed, committedChanges;
byte wonBy[4];
byte i, j;
bool I1 = true, I2 = true, I4 = true;

#ifdef GRANT_NOT_PERSISTED
byte diskEpoch[4], diskGrantedTo[4];
#define persist(v) diskEpoch[v] = epoch[v]; diskGrantedTo[v] = grantedTo[v]
#else
#define persist(v) skip
#endif

#define live(v) (holder[v] != nobody && ((backed[holder[v]] | round[holder[v]]) & bit(v)))
#define rightful(v) (epochOf(known[v]) == epoch[v] -> master[v] : grantedTo[v])

#ifdef NO_VERSION_CHECK
#define mayOffer(v, w) true
#else
#ifdef NO_DIGEST_CHECK
#define mayOffer(v, w) (placeOf(w) >= placeOf(known[v]))
#else
#define mayOffer(v, w) (placeOf(w) > placeOf(known[v]) || (w) == known[v])
#endif
#endif

#define boundNot(v, c) (!live(v) || (nominee[v] & 3) == (c) || (forgotten[v] -> rightful(v) : holder[v]) == (c))
#define mayGrant(v, c, e) (askedWith[at(c, e)] && (e) >= epoch[v] && (e) >= epochOf(askedWith[at(c, e)]) && \
  ((e) > epoch[v] || grantedTo[v] == nobody || grantedTo[v] == (c)) && mayOffer(v, askedWith[at(c, e)]) && boundNot(v, c))

#define putsFits(v, c, w) (epochOf(w) >= epoch[v] && (epochOf(known[v]) != epochOf(w) || master[v] == (c)) && \
  (placeOf(w) > placeOf(known[v]) || (w) == known[v]))
#define isHolder(v, c, e) ((e) > epoch[v] || ((e) == epoch[v] && (rightful(v) == (c) || rightful(v) == nobody)))

#ifdef PLURALITY
#define elects(set) ((set) != 0)
#else
#define elects(set) isMajority(set)
#endif
#ifdef COMMIT_BEFORE_MAJORITY
#define enough(set) ((set) != 0)
#define copied(set) ((set) != 0)
#else
#define enough(set) isMajority(set)
#define copied(set) isMajority((set) & candidates)
#endif

inline settle() {
  /* leases that back nothing any more */
  i = 1;
  do
  :: i <= 3 -> if :: !live(i) -> holder[i] = nobody; forgotten[i] = false :: else fi; i++
  :: else -> break
  od;
  i = 0
}

inline forgetOld() {
  /* messages of an epoch that every voter is above */
  i = 1;
  do
  :: i <= EPOCHS && epoch[1] > i && epoch[2] > i && epoch[3] > i ->
     j = 1;
     do
     :: j <= 3 -> askedWith[at(j, i)] = 0; puts[at(j, i)] = 0; told[at(j, i)] = 0; renews[at(j, i)] = 0; nominates[at(j, i)] = 0; resigns[at(j, i)] = 0; wonBy[i] = 0; j++
     :: else -> break
     od;
     i++
  :: else -> break
  od;
  i = 0; j = 0
}

inline leave(c) {
  role[c] = idle; own[c] = 0; offer[c] = 0; acks[c] = 0; backed[c] = 0; round[c] = 0;
  settle()
}

inline push(c, w) {
  offer[c] = w; acks[c] = 0;
  puts[at(c, epochOf(w))] = puts[at(c, epochOf(w))] | (1 << saysOf(w))
}

inline won(c, e) {
  I1 = (wonBy[e] == nobody || wonBy[e] == c); assert(I1);
  wonBy[e] = c;
  I4 = (e < epochOf(committed) || placeOf(offer[c]) >= placeOf(committed)); assert(I4);
  role[c] = recording;
  push(c, version(e, saysOf(offer[c])))
}

inline commit(c) {
  if
  :: placeOf(offer[c]) >= placeOf(committed) ->
     I2 = ((saysOf(offer[c]) & committedChanges) == committedChanges);
     committed = offer[c]; committedChanges = saysOf(offer[c])
  :: else -> I2 = ((saysOf(offer[c]) & committedChanges) == saysOf(offer[c]))
  fi;
  assert(I2);
  i = 1;
  do
  :: i <= 3 ->
     I4 = (role[i] < recording || own[i] <= own[c] || (saysOf(offer[i]) & saysOf(offer[c])) == saysOf(offer[c])); assert(I4);
     i++
  :: else -> break
  od;
  i = 0;
  role[c] = settled;
  renews[at(c, own[c])] = true
}

inline store(v, c, w) {
  if
  :: placeOf(w) > placeOf(committed) -> I2 = ((saysOf(w) & committedChanges) == committedChanges); assert(I2)
  :: else
  fi;
  grantedTo[v] = ((epochOf(w) == epoch[v] && grantedTo[v] != nobody) -> grantedTo[v] : c);
  epoch[v] = epochOf(w); master[v] = c; known[v] = w;
  persist(v)
}

inline acknowledge(v, c, w) {
  if
  :: role[c] >= recording && offer[c] == w ->
     acks[c] = acks[c] | bit(v);
     if
     :: copied(acks[c]) -> told[at(c, epochOf(w))] = told[at(c, epochOf(w))] | (1 << saysOf(w))
     :: else
     fi;
     if
     :: role[c] != settled && copied(acks[c]) && enough(acks[c]) -> commit(c)
     :: else
     fi
  :: else
  fi
}

inline promise(v, c, e) {
  grantedTo[v] = (e > epoch[v] -> c : grantedTo[v]);
  epoch[v] = e;
  persist(v);
  nominee[v] = ((nominee[v] >> 2) == e -> nominee[v] : 0);
  /* a promise overwrites the one before */
  if :: holder[v] != c -> holder[v] = c; forgotten[v] = false :: else fi
}

inline restart(v) {
  crashesLeft--;
#ifdef GRANT_NOT_PERSISTED
  epoch[v] = diskEpoch[v]; grantedTo[v] = diskGrantedTo[v];
#endif
#ifdef NO_SILENCE_AFTER_RESTART
  holder[v] = nobody;
#endif
  forgotten[v] = (holder[v] != nobody); nominee[v] = 0;
  leave(v)
}

#define STAND(c, e, from) \
  :: d_step { role[c] == idle && isCandidate(c) && (e) > epoch[c] && epochOf(text[from]) < (e) && \
     ((from) == (c) || placeOf(text[from]) > placeOf(text[c])) -> printf("%d stands for epoch %d with text of %d\n", c, e, from); \
     role[c] = asking; own[c] = e; offer[c] = text[from]; askedWith[at(c, e)] = text[from] }

#define GRANT(v, c, e) \
  :: d_step { mayGrant(v, c, e) -> printf("%d grants %d epoch %d\n", v, c, e); \
     epoch[v] = e; grantedTo[v] = c; nominee[v] = 0; \
     if :: live(v) -> holder[v] = c; forgotten[v] = false :: else fi; \
     if \
     :: role[c] == asking && own[c] == (e) && offer[c] == askedWith[at(c, e)] -> \
        acks[c] = acks[c] | bit(v); \
        if :: elects(acks[c]) -> won(c, e) :: else fi \
     :: else \
     fi; \
     settle(); forgetOld() }

#define PUT(v, c, e, says) \
  :: d_step { ((isCandidate(v) -> puts[at(c, e)] : told[at(c, e)]) & (1 << (says))) && putsFits(v, c, version(e, says)) -> \
     printf("%d puts from %d (epoch %d, changes %d)\n", v, c, e, says); store(v, c, version(e, says)); \
     if :: isCandidate(v) -> text[v] = version(e, says) :: else fi; \
     acknowledge(v, c, version(e, says)); forgetOld() }

/* the text is on disk, the record that acknowledges it is not */
#define TORN_PUT(v, c, e, says) \
  :: d_step { crashesLeft > 0 && isCandidate(v) && (puts[at(c, e)] & (1 << (says))) && putsFits(v, c, version(e, says)) -> printf("%d gets text of %d (epoch %d, changes %d), crashes before acknowledging\n", v, c, e, says); \
     text[v] = version(e, says); restart(v) }

#define RENEW(v, c) \
  :: d_step { role[c] >= settled && isHolder(v, c, own[c]) -> printf("%d renews for %d\n", v, c); \
     promise(v, c, own[c]); \
     round[c] = round[c] | bit(v); \
     if \
     :: isMajority(round[c]) -> \
        backed[c] = round[c]; round[c] = 0; \
        I1 = ((backed[1] != 0) + (backed[2] != 0) + (backed[3] != 0) <= 1); assert(I1) \
     :: else \
     fi; \
     settle(); forgetOld() }

#define LATE_RENEW(v, c, e) \
  :: d_step { renews[at(c, e)] && isHolder(v, c, e) -> printf("%d hears late renewal of %d, epoch %d\n", v, c, e); promise(v, c, e); settle(); forgetOld() }

#define NOMINATE(c, d) \
  :: d_step { backed[c] && isCandidate(d) -> printf("%d nominates %d\n", c, d); nominates[at(c, own[c])] = d; leave(c) }
#define HEAR_NOMINATION(v, c, e) \
  :: d_step { nominates[at(c, e)] && (e) == epoch[v] && isHolder(v, c, e) -> printf("%d hears nomination by %d in epoch %d\n", v, c, e); nominee[v] = nominates[at(c, e)] | ((e) << 2) }
#define RESIGN(c) \
  :: d_step { backed[c] -> printf("%d resigns\n", c); resigns[at(c, own[c])] = true; leave(c) }
#define HEAR_RESIGNATION(v, c, e) \
  :: d_step { resigns[at(c, e)] && (e) == epoch[v] && isHolder(v, c, e) -> printf("%d hears resignation of %d from epoch %d\n", v, c, e); holder[v] = nobody; forgotten[v] = false; nominee[v] = 0 }

#define LAPSE(c) :: d_step { backed[c] -> printf("lease of %d lapses\n", c); backed[c] = 0; settle() }
#define NEW_ROUND(c) :: d_step { round[c] -> printf("%d starts new round\n", c); round[c] = 0; settle() }
#define CHANGE(c) \
  :: d_step { role[c] == settled && backed[c] && changesMade < CHANGES -> printf("%d changes\n", c); \
     changesMade++; role[c] = changing; push(c, version(own[c], saysOf(offer[c]) | (1 << (changesMade - 1)))) }
#define GIVE_UP(c) :: d_step { role[c] != idle -> printf("%d gives up\n", c); leave(c) }
#define CRASH(v) :: d_step { crashesLeft > 0 -> printf("%d crashes and restarts\n", v); restart(v) }
#ifdef NO_RESUME
#define RESUME(c, from)
#else
#define RESUME(c, from) \
  :: d_step { role[c] == idle && isCandidate(c) && master[c] == (c) && epochOf(known[c]) == epoch[c] && epochOf(text[from]) == epoch[c] && \
     ((from) == (c) || placeOf(text[from]) > placeOf(text[c])) -> \
     printf("%d resumes with text of %d\n", c, from); role[c] = recording; own[c] = epoch[c]; push(c, text[from]) }
#endif

#ifdef COUNT_FROM_ANSWER
#define FREED_EARLY(v) :: d_step { live(v) -> printf("%d frees itself too early\n", v); holder[v] = nobody; forgotten[v] = false }
#else
#define FREED_EARLY(v)
#endif

#define FOR_EPOCHS(M, v, c) M(v, c, 1) M(v, c, 2) M(v, c, 3)
#define FOR_TEXTS(M, v, c, e) M(v, c, e, 0) M(v, c, e, 1) M(v, c, e, 2) M(v, c, e, 3)
#define PUTS(v, c, e) FOR_TEXTS(PUT, v, c, e) FOR_TEXTS(TORN_PUT, v, c, e)

#define PAIR(v, c) \
  GRANT(v, c, 2) GRANT(v, c, 3) \
  FOR_EPOCHS(PUTS, v, c) \
  RENEW(v, c) FOR_EPOCHS(LATE_RENEW, v, c) \
  FOR_EPOCHS(HEAR_NOMINATION, v, c) FOR_EPOCHS(HEAR_RESIGNATION, v, c) \
  STAND(c, 2, v) STAND(c, 3, v) RESUME(c, v) NOMINATE(c, v)
#define NODE(n) PAIR(n, 1) PAIR(n, 2) PAIR(n, 3) \
  RESIGN(n) LAPSE(n) NEW_ROUND(n) CHANGE(n) GIVE_UP(n) CRASH(n) FREED_EARLY(n)

init {
  d_step {
    i = 1;
    do
    :: i <= 3 ->
       epoch[i] = 1; grantedTo[i] = 1; master[i] = 1; known[i] = version(1, 0); persist(i);
       if :: isCandidate(i) -> text[i] = version(1, 0) :: else fi;
       i++
    :: else -> break
    od;
    committed = version(1, 0); wonBy[1] = 1; i = 0
  }
  do
  NODE(1)
  NODE(2)
  NODE(3)
  od
}
