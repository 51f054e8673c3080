package org.holdfast.routing;

import java.time.InstantSource;
import java.util.List;
import org.holdfast.routing.RefusedChangeException.Kind;

/**
 * Changes of what is served beside users: declared domains, and aliases that go. Nobody waits for
 * deliveries here: what is open under a name that goes is open to a user who stays. Thread-safe.
 */
final class ServedNames {

  private final DurableMap map;
  private final InstantSource clock;

  ServedNames(DurableMap map, InstantSource clock) {
    this.map = map;
    this.clock = clock;
  }

  void removeAlias(String from, Who who) throws MapUnavailableException, RefusedChangeException {
    boolean _ =
        map.change(now -> {
          if (now.row(from).alias() == null && now.view().alias(from) == null) {
            throw new RefusedChangeException(Kind.NOT_FOUND, "no alias " + from);
          }
          map.commit(now, List.of(new MapChange.RemoveAlias(from, standing(now, who))));
          return true;
        });
  }

  void putDomain(String domain) throws MapUnavailableException, RefusedChangeException {
    boolean _ =
        map.change(now -> {
          if (now.view().isDeclared(domain)) {
            return false;
          }
          long epoch = now.view().epoch() + 1;
          map.commit(now, List.of(new MapChange.PutDomains(List.of(domain), epoch)));
          return true;
        });
  }

  void removeDomain(String domain, Who who) throws MapUnavailableException, RefusedChangeException {
    boolean _ =
        map.change(now -> {
          if (!now.view().isDeclared(domain)) {
            throw new RefusedChangeException(
                Kind.NOT_FOUND, "the domain " + domain + " is not declared");
          }
          map.commit(now, List.of(new MapChange.RemoveDomain(domain, standing(now, who))));
          return true;
        });
  }

  private Standing standing(LocationMap now, Who who) {
    return new Standing(who.reason(), Flips.now(clock), who.name(), now.view().epoch() + 1);
  }
}
