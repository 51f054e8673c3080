package org.holdfast.gateway.accept;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.holdfast.gateway.path.Inbound;
import org.jspecify.annotations.Nullable;

/** What all conversations of one listener share. Thread-safe. */
final class Listener {

  /** The recipients of all open transactions take at most this part of what bodies may take. */
  private static final int PART_FOR_ENVELOPES = 2;

  private final ListenerSettings settings;
  private final Inbound inbound;
  private final InstantSource clock;
  private final QueueId ids;
  private final BodySpool spool;
  private final @Nullable SslContext tls;
  private final CommandDispatcher<SMTPSession> commands;
  private final SMTPConfiguration configuration;
  private final TraceFields fields;
  private final Connections connections;
  private final RateSketch messageRate;
  private final RateSketch recipientRate;
  private final LimitCounts limits;
  private final BodyMemory envelopes;
  private final AtomicInteger turnedAway = new AtomicInteger();
  private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();

  Listener(
      ListenerSettings settings,
      Inbound inbound,
      InstantSource clock,
      QueueId ids,
      BodySpool spool,
      @Nullable SslContext tls,
      MetricRegistry counted) {
    this.settings = settings;
    this.inbound = inbound;
    this.clock = clock;
    this.ids = ids;
    this.spool = spool;
    this.tls = tls;
    this.commands = Commands.of(settings);
    this.configuration = Commands.configuration(settings);
    this.fields = new TraceFields(settings.hostname());
    this.connections =
        new Connections(
            settings.maxConnections(),
            settings.maxConnectionsPerClient(),
            settings.rates().connections(),
            System::nanoTime);
    this.messageRate = new RateSketch(settings.rates().messages(), System::nanoTime);
    this.recipientRate = new RateSketch(settings.rates().recipients(), System::nanoTime);
    this.envelopes = new BodyMemory(settings.memoryTotal() / PART_FOR_ENVELOPES);
    this.limits =
        new LimitCounts(
            settings.dialect().name().toLowerCase(Locale.ROOT), counted, System::nanoTime);
  }

  ListenerSettings settings() {
    return settings;
  }

  Inbound inbound() {
    return inbound;
  }

  InstantSource clock() {
    return clock;
  }

  QueueId ids() {
    return ids;
  }

  BodySpool spool() {
    return spool;
  }

  CommandDispatcher<SMTPSession> commands() {
    return commands;
  }

  SMTPConfiguration configuration() {
    return configuration;
  }

  TraceFields fields() {
    return fields;
  }

  SslHandler newTls(ByteBufAllocator allocator) {
    if (tls == null) {
      throw new IllegalStateException("STARTTLS without a certificate");
    }
    return tls.newHandler(allocator);
  }

  /** The conversations that are open. */
  Set<Conversation> conversations() {
    return conversations;
  }

  /** What was counted of clients that ran into a limit. */
  LimitCounts limits() {
    return limits;
  }

  /** Octets that the recipients of all open transactions take. */
  BodyMemory envelopes() {
    return envelopes;
  }

  Connections connections() {
    return connections;
  }

  /** MAIL, by client. */
  RateSketch messageRate() {
    return messageRate;
  }

  /** RCPT, by client. */
  RateSketch recipientRate() {
    return recipientRate;
  }

  /** Counts the conversation; or says what forbids it. */
  @Nullable Limit began(Conversation conversation) {
    Limit limit = connections.enter(conversation.client().getAddress());
    if (limit == null) {
      conversations.add(conversation);
    }
    return limit;
  }

  /** May one more client be told why it is not served? Those who may give it back at the end. */
  boolean mayTurnAway() {
    if (turnedAway.incrementAndGet() <= Limits.TURNED_AWAY) {
      return true;
    }
    turnedAway.decrementAndGet();
    return false;
  }

  void turnedAway() {
    turnedAway.decrementAndGet();
  }

  void ended(Conversation conversation) {
    if (conversations.remove(conversation)) {
      connections.leave(conversation.client().getAddress());
    }
  }
}
