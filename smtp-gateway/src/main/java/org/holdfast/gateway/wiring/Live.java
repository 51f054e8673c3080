package org.holdfast.gateway.wiring;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.holdfast.gateway.accept.ListenerSettings;
import org.holdfast.gateway.accept.MailServer;
import org.holdfast.gateway.accept.Rates;
import org.holdfast.gateway.admin.ForgottenHolds;
import org.holdfast.gateway.conf.Network;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.deliver.LmtpClient;
import org.holdfast.gateway.log.LogLines;
import org.holdfast.gateway.path.AfterAcceptance;
import org.holdfast.gateway.path.MessagePath;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.dispatch.DispatchLimits;

/**
 * Parts that take other settings while they run; which keys that are is said by {@link
 * org.holdfast.gateway.conf.LiveKeys}. Each part reads its own keys only, so a key that needs a
 * restart is simply not looked at. Filled at the start, then thread-safe.
 */
final class Live {

  private final List<Consumer<Settings>> parts = new CopyOnWriteArrayList<>();

  /** Every part takes what is its own. May block on files. */
  void apply(Settings settings) {
    LogLines.level(settings.log().level().name());
    parts.forEach(part -> part.accept(settings));
  }

  EmbeddedHoldQueue queue(EmbeddedHoldQueue queue) {
    parts.add(settings -> {
      queue.running().bounds(settings.store().maxBytes(), settings.store().minFree());
      queue.running().limits(limits(settings));
    });
    return queue;
  }

  /** What the dispatcher is bounded by. */
  static DispatchLimits limits(Settings settings) {
    return DispatchLimits.defaults()
        .with(
            settings.delivery().connectionsPerMember(),
            settings.release().ratePerPair(),
            settings.retry().first(),
            settings.retry().max());
  }

  LmtpClient client(LmtpClient client) {
    parts.add(settings -> {
      Settings.Delivery delivery = settings.delivery();
      client.useTimes(delivery.connectTimeout(), delivery.replyTimeout(), delivery.deadline());
    });
    return client;
  }

  AfterAcceptance after(AfterAcceptance after) {
    parts.add(settings -> after.returns(AfterRefusal.returnedKinds(settings)));
    return after;
  }

  MessagePath path(MessagePath path) {
    parts.add(settings -> path.handOffTimeout(settings.delivery().handoffTimeout()));
    return path;
  }

  ForgottenHolds forgotten(ForgottenHolds forgotten) {
    parts.add(settings -> forgotten.after(settings.map().forgottenAfter()));
    return forgotten;
  }

  /** Its certificate and accounts are looked at, too. */
  void door(MailServer server, Function<Settings, Settings.Door> which) {
    parts.add(settings -> {
      server.use(door(which.apply(settings)));
      server.look();
    });
  }

  private static ListenerSettings.Live door(Settings.Door door) {
    return new ListenerSettings.Live(
        texts(door.allow()),
        texts(door.introducers().xclient()),
        door.maxConnectionsPerClient(),
        door.commandTimeout(),
        rates(door.rates()));
  }

  static Rates rates(Settings.Rates rates) {
    return new Rates(rates.connections(), rates.messages(), rates.recipients(), rates.minData());
  }

  static List<String> texts(List<Network> networks) {
    return networks.stream().map(Network::toString).toList();
  }
}
