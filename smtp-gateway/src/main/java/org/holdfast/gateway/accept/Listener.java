package org.holdfast.gateway.accept;

import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.tls.ServerTls;
import org.holdfast.gateway.tls.WatchedFiles;
import org.jspecify.annotations.Nullable;

/** What all conversations of one listener share. Thread-safe. */
final class Listener {

  private final ListenerSettings settings;
  private final Inbound inbound;
  private final InstantSource clock;
  private final QueueId ids;
  private final BodySpool spool;
  private final @Nullable ServerTls tls;
  private final Optional<Logins> logins;
  private final CommandDispatcher<SMTPSession> commands;
  private final SMTPConfiguration configuration;
  private final TraceFields fields;
  private final Connections connections;
  private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();

  Listener(
      ListenerSettings settings,
      Inbound inbound,
      InstantSource clock,
      QueueId ids,
      BodySpool spool,
      @Nullable ServerTls tls) {
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
    this.connections =
        new Connections(settings.maxConnections(), settings.maxConnectionsPerClient());
  }

  private static Logins logins(ListenerSettings settings, WatchedFiles<Accounts> accounts) {
    return new Logins(accounts, settings.security().failureDelay());
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

  /** The conversations that are open. */
  Set<Conversation> conversations() {
    return conversations;
  }

  /** Counts the conversation; false when there are too many. */
  boolean began(Conversation conversation) {
    if (!connections.enter(conversation.client().getAddress())) {
      return false;
    }
    conversations.add(conversation);
    return true;
  }

  void ended(Conversation conversation) {
    if (conversations.remove(conversation)) {
      connections.leave(conversation.client().getAddress());
    }
  }
}
