package org.holdfast.routing;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.holdfast.routing.Gate.Lease;
import org.jspecify.annotations.Nullable;

/** Which leases a flip concerns. Of a lease whose state is not read yet everything is possible. */
final class Concern {

  private Concern() {}

  /** Deliveries that these entries of the map answer for, or did before they were there. */
  static Predicate<Lease> ofUsers(Set<String> addresses) {
    Function<Lease, @Nullable String> addressee = addressee(addresses);
    return lease -> addressee.apply(lease) != null;
  }

  static Predicate<Lease> ofPair(String pair) {
    return lease -> {
      User user = lease.user();
      return user == null || user.pair().equals(pair);
    };
  }

  static Predicate<Lease> ofDomain(String domain) {
    String suffix = "@" + domain;
    return lease -> lease.mailbox().endsWith(suffix);
  }

  static Predicate<Lease> ofEverything() {
    return _ -> true;
  }

  /** For which of these users a lease matters; null: for none. */
  static Function<Lease, @Nullable String> addressee(Set<String> addresses) {
    return lease -> {
      String mailbox = lease.mailbox();
      if (addresses.contains(mailbox)) {
        return mailbox;
      }
      User user = lease.user();
      String other = user == null ? mailbox.substring(mailbox.lastIndexOf('@')) : user.address();
      return addresses.contains(other) ? other : null;
    };
  }

  /** For which of these opened users a lease to another pair than its own is still open. */
  static Function<Lease, @Nullable String> leftBehind(Map<String, String> pairs) {
    Function<Lease, @Nullable String> addressee = addressee(pairs.keySet());
    return lease -> {
      String address = addressee.apply(lease);
      User user = lease.user();
      boolean behind = address != null && user != null && !user.pair().equals(pairs.get(address));
      return behind ? address : null;
    };
  }
}
