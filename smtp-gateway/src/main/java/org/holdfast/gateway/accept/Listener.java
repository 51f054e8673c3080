package org.holdfast.gateway.accept;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.holdfast.gateway.path.Inbound;
import org.jspecify.annotations.Nullable;

/** What all conversations of one listener share. Thread-safe. */
final class Listener {

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
  private final AllowList allowed;
  private final AllowList introducers;
  private final RejectLog rejects;
  private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();

  Listener(
      ListenerSettings settings,
      Inbound inbound,
      InstantSource clock,
      QueueId ids,
      BodySpool spool,
      @Nullable SslContext tls) {
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
        new Connections(settings.maxConnections(), settings.maxConnectionsPerClient());
    this.allowed = new AllowList(settings.allow());
    this.introducers = new AllowList(settings.introducers().xclient());
    this.rejects = new RejectLog(clock);
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

  /** Lines about what was refused. */
  RejectLog rejects() {
    return rejects;
  }

  /** Whether the client may be served. */
  boolean allows(InetAddress client) {
    return allowed.allows(client);
  }

  /** Whether the client may say by XCLIENT and XFORWARD for whom it speaks. */
  boolean mayIntroduce(InetAddress client) {
    return introducers.allows(client);
  }

  /** The conversation counts for another client; false when that one has too many. */
  boolean moved(InetAddress from, InetAddress to) {
    return connections.move(from, to);
  }

  /** The conversations that are open. */
  Set<Conversation> conversations() {
    return conversations;
  }

  /** Counts the conversation; false when there are too many. */
  boolean began(Conversation conversation) {
    if (!connections.enter(conversation.peer().address())) {
      return false;
    }
    conversations.add(conversation);
    return true;
  }

  void ended(Conversation conversation) {
    if (conversations.remove(conversation)) {
      connections.leave(conversation.peer().address());
    }
  }
}
