package org.holdfast.gateway.accept;

import com.codahale.metrics.MetricRegistry;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.tls.ServerTls;
import org.holdfast.gateway.tls.WatchedFiles;
import org.jspecify.annotations.Nullable;

/** What all conversations of one listener share. Thread-safe. */
final class Listener {

  /** The recipients of all open transactions take at most this part of what bodies may take. */
  private static final int PART_FOR_ENVELOPES = 2;

  private volatile ListenerSettings settings;
  private final Inbound inbound;
  private final InstantSource clock;
  private final QueueId ids;
  private final BodySpool spool;
  private final @Nullable ServerTls tls;
  private final Optional<Logins> logins;
  private final CommandDispatcher<SMTPSession> commands;
  private final SMTPConfiguration configuration;
  private final TraceFields fields;
  private final WireReply greeting;
  private final Connections connections;
  private volatile AllowList allowed;
  private volatile AllowList introducers;
  private final RejectLog rejects;
  private volatile RateSketch messageRate;
  private volatile RateSketch recipientRate;
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
      @Nullable ServerTls tls,
      MetricRegistry counted) {
    this.settings = settings;
    this.inbound = inbound;
    this.clock = clock;
    this.ids = ids;
    this.spool = spool;
    this.tls = tls;
    this.logins = settings.security().accounts().map(accounts -> logins(settings, accounts));
    this.commands = Commands.of(settings);
    this.configuration = Commands.configuration(settings);
    this.fields = new TraceFields(settings.hostname());
    String name = settings.dialect() == Dialect.LMTP ? " LMTP Holdfast" : " ESMTP Holdfast";
    this.greeting = WireReply.of(new Reply(220, "", settings.hostname() + name));
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
    this.allowed = new AllowList(settings.allow());
    this.introducers = new AllowList(settings.introducers().xclient());
    this.rejects = new RejectLog(clock);
  }

  private static Logins logins(ListenerSettings settings, WatchedFiles<Accounts> accounts) {
    return new Logins(accounts, settings.security().failureDelay());
  }

  /** Takes this over, for clients that come from now on. */
  void use(ListenerSettings.Live live) {
    ListenerSettings next = settings.with(live);
    AllowList nextAllowed = new AllowList(next.allow());
    introducers = new AllowList(next.introducers().xclient());
    if (!next.rates().equals(settings.rates())) {
      messageRate = new RateSketch(next.rates().messages(), System::nanoTime);
      recipientRate = new RateSketch(next.rates().recipients(), System::nanoTime);
    }
    connections.become(next.maxConnectionsPerClient(), next.rates().connections());
    allowed = nextAllowed;
    settings = next;
  }

  /** What is said first. */
  WireReply greeting() {
    return greeting;
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

  /** Who may log in; empty when nobody can. */
  Optional<Logins> logins() {
    return logins;
  }

  /** Certificate and key. Only where there are some. */
  ServerTls tls() {
    if (tls == null) {
      throw new IllegalStateException("TLS without a certificate");
    }
    return tls;
  }

  /** Lines about what was refused. */
  RejectLog rejects() {
    return rejects;
  }

  /** Why the client that has arrived is not served; null, and counted, if it is. */
  @Nullable WireReply refusal(Conversation arrived) {
    if (!mayTalk(arrived, arrived.peer().address())) {
      rejects.connection(arrived.peer().address(), ProtocolReplies.NOT_ALLOWED.text());
      return ProtocolReplies.NOT_ALLOWED;
    }
    Limit limit = began(arrived);
    if (limit == null) {
      return null;
    }
    arrived.guard().hit(limit);
    return limit.reply();
  }

  /** Whether the client is allowed; one who is not may still show who it is, where that counts. */
  boolean mayTalk(Conversation conversation, InetAddress client) {
    boolean outsider = !allowed.allows(client);
    conversation.login().required(outsider || settings.security().loginRequired());
    return !outsider || settings.security().knowsClients();
  }

  /** Whether the client may say by XCLIENT and XFORWARD for whom it speaks. */
  boolean mayIntroduce(Peer client) {
    return introducers.allows(client.connected());
  }

  /** The conversation counts for another client; false when that one has too many. */
  boolean moved(InetAddress from, InetAddress to) {
    return connections.move(from, to);
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
  private @Nullable Limit began(Conversation conversation) {
    Limit limit = connections.enter(conversation.peer().address());
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
      connections.leave(conversation.peer().address());
    }
  }
}
