package org.holdfast.gateway.wiring;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.holdfast.gateway.bounce.RefusalKind;
import org.holdfast.gateway.bounce.Reporter;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.Settings.Refused;
import org.holdfast.routing.Routing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the operator set about mail that is refused after acceptance, as the path wants it. */
final class AfterRefusal {

  private static final Logger log = LoggerFactory.getLogger(AfterRefusal.class);

  private static final String EVERYTHING = "*";

  private AfterRefusal() {}

  static Set<RefusalKind> returnedKinds(Settings settings) {
    Settings.OnRefused onRefused = settings.delivery().onRefused();
    Set<RefusalKind> kinds = EnumSet.noneOf(RefusalKind.class);
    addIfReturned(kinds, RefusalKind.MAILBOX, onRefused.mailbox());
    addIfReturned(kinds, RefusalKind.POLICY, onRefused.policy());
    addIfReturned(kinds, RefusalKind.CONTENT, onRefused.content());
    return kinds;
  }

  private static void addIfReturned(Set<RefusalKind> kinds, RefusalKind kind, Refused refused) {
    if (refused == Refused.BOUNCE) {
      kinds.add(kind);
    }
  }

  static Reporter reporter(Settings settings) {
    return new Reporter(
        settings.hostname(),
        settings.delivery().postmaster().orElse("postmaster@" + settings.hostname()));
  }

  /** Why nothing at all may go; empty when it may. From memory. */
  static Optional<String> everythingHeld(Routing routing) {
    return routing.holds().stream()
        .filter(hold -> hold.domain().equals(EVERYTHING))
        .map(hold -> "held because everything is on hold since " + hold.standing().since())
        .findFirst();
  }

  static void warnWithoutSmarthost(Settings settings) {
    if (settings.delivery().returnsWithoutSmarthost()) {
      log.warn(
          "delivery.on-refused says bounce and there is no delivery.smarthost: only senders of the"
              + " map can be told, mail of all others is parked");
    }
  }
}
