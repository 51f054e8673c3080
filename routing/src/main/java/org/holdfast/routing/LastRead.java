package org.holdfast.routing;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The users that the writer read last, so that a change that was decided by them does not read them
 * again. As large as that change; forgotten when it is applied. For the writer.
 */
final class LastRead {

  private Set<String> asked = Set.of();
  private Map<String, User> there = Map.of();

  void is(Collection<String> addresses, Map<String, User> found) {
    asked = new HashSet<>(addresses);
    there = found;
  }

  /** Contains those of these users that are there; null when it is not known. */
  @Nullable Map<String, User> of(Collection<String> addresses) {
    return asked.containsAll(addresses) ? there : null;
  }

  /** They stand like this now, if anything is remembered. */
  void written(Map<String, User> users) {
    if (!asked.isEmpty()) {
      there.putAll(users);
      asked.addAll(users.keySet());
    }
  }

  void clear() {
    asked = Set.of();
    there = new HashMap<>();
  }
}
