package org.holdfast.gateway.accept;

import java.util.Optional;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPProtocolHandlerChain;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * James's command engine with our handlers in it; one for each listener.
 *
 * <p>James's: the dispatcher. Ours: every command, because its own accept bare line ends, unknown
 * parameters, names that they have refused, and more (see {@code docs/decisions/0008}).
 */
final class Commands {

  private Commands() {}

  static CommandDispatcher<SMTPSession> of(ListenerSettings settings) {
    boolean tls = settings.certificate() != null;
    CommandDispatcher<SMTPSession> dispatcher = new CommandDispatcher<>();
    SMTPProtocolHandlerChain chain = new SMTPProtocolHandlerChain(new NoMetrics(), false);
    chain.add(dispatcher);
    if (settings.dialect() == Dialect.LMTP) {
      chain.add(new HelloCommand("LHLO"));
    } else {
      chain.add(new HelloCommand("EHLO"));
      chain.add(new HelloCommand("HELO"));
    }
    chain.add(new Greeting(settings));
    chain.add(new ResetCommand());
    chain.add(new NoopCommand());
    chain.add(new QuitCommand());
    chain.add(new VerifyCommand());
    chain.add(new ExpandCommand());
    chain.add(new HelpCommand());
    chain.add(new MailCommand());
    chain.add(new RcptCommand());
    chain.add(new DataCommand());
    chain.add(new BdatCommand());
    if (tls) {
      chain.add(new StartTlsCommand());
    }
    chain.add(new XclientCommand());
    chain.add(new XforwardCommand());
    if (settings.security().accounts().isPresent()) {
      chain.add(new AuthCommand());
    }
    chain.add(new UnknownCommand());
    try {
      chain.wireExtensibleHandlers();
    } catch (WiringException e) {
      throw new IllegalStateException("the chain of commands does not fit together", e);
    }
    return dispatcher;
  }

  /** What James's own handlers ask for. */
  static SMTPConfiguration configuration(ListenerSettings settings) {
    return new Configuration(settings.hostname(), settings.maxMessageSize());
  }

  private record Configuration(String getHelloName, long getMaxMessageSize)
      implements SMTPConfiguration {

    @Override
    public String getGreeting() {
      return getHelloName;
    }

    @Override
    public String getSoftwareName() {
      return "Holdfast";
    }

    @Override
    public boolean isRelayingAllowed(String client) {
      return false;
    }

    @Override
    public boolean isAuthAnnounced(String client, boolean tlsStarted) {
      return false;
    }

    @Override
    public boolean useHeloEhloEnforcement() {
      return true;
    }

    @Override
    public boolean useAddressBracketsEnforcement() {
      return true;
    }

    @Override
    public boolean isPlainAuthEnabled() {
      return false;
    }

    @Override
    public Optional<OidcSASLConfiguration> saslConfiguration() {
      return Optional.empty();
    }
  }
}
