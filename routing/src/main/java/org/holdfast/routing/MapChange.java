package org.holdfast.routing;

import java.util.List;

/**
 * One change of the map, as it stands in the log and is applied to the view. Says what is true
 * afterwards, not what to do, so applying it twice is the same as once.
 */
sealed interface MapChange {

  /** Most users or aliases in one change: keeps a record of the log small. */
  int BATCH = 1000;

  /** Everything before this is void: the first record of a rewritten log. */
  record Reset(long epoch) implements MapChange {}

  record PutUsers(List<User> users) implements MapChange {}

  record RemoveUser(String address, Standing standing) implements MapChange {}

  record PutPair(Pair pair) implements MapChange {}

  record RemovePair(String name, Standing standing) implements MapChange {}

  record PutAliases(List<Alias> aliases, long epoch) implements MapChange {}

  record RemoveAlias(String from, Standing standing) implements MapChange {}

  /** Domains that are served whether anybody lives there or not. */
  record PutDomains(List<String> domains, long epoch) implements MapChange {}

  record RemoveDomain(String domain, Standing standing) implements MapChange {}

  /** {@code domain} is "*" for everything. */
  record PutHold(String domain, boolean onHold, Standing standing) implements MapChange {}

  /** The highest epoch in it. */
  default long epoch() {
    return switch (this) {
      case Reset r -> r.epoch();
      case PutUsers p -> p.users().stream().mapToLong(MapChange::epoch).max().orElse(0);
      case RemoveUser r -> r.standing().epoch();
      case PutPair p -> p.pair().standing().epoch();
      case RemovePair r -> r.standing().epoch();
      case PutAliases a -> a.epoch();
      case RemoveAlias r -> r.standing().epoch();
      case PutDomains d -> d.epoch();
      case RemoveDomain r -> r.standing().epoch();
      case PutHold h -> h.standing().epoch();
    };
  }

  private static long epoch(User user) {
    RestoreRequest request = user.request();
    long epoch = user.standing().epoch();
    return request == null ? epoch : Math.max(epoch, request.number());
  }

  /** How many things it is about. */
  default int size() {
    return switch (this) {
      case PutUsers p -> p.users().size();
      case PutAliases a -> a.aliases().size();
      case PutDomains d -> d.domains().size();
      default -> 1;
    };
  }
}
