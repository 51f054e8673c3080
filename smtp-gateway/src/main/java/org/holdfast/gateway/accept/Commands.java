package org.holdfast.gateway.accept;

import java.util.Optional;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.lmtp.core.LhloCmdHandler;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPProtocolHandlerChain;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.ExpnCmdHandler;
import org.apache.james.protocols.smtp.core.HeloCmdHandler;
import org.apache.james.protocols.smtp.core.HelpCmdHandler;
import org.apache.james.protocols.smtp.core.NoopCmdHandler;
import org.apache.james.protocols.smtp.core.QuitCmdHandler;
import org.apache.james.protocols.smtp.core.RsetCmdHandler;
import org.apache.james.protocols.smtp.core.VrfyCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloCmdHandler;

/**
 * James's command engine with our handlers in it; one for each listener.
 *
 * <p>James's: the dispatcher, HELO, EHLO, LHLO, RSET, NOOP, QUIT, VRFY, EXPN, HELP. Ours: whatever
 * touches addresses, sizes, octets or TLS, because its own accept bare line ends, unknown
 * parameters and more (see {@code docs/decisions/0008}).
 */
final class Commands {

  private Commands() {}

  static CommandDispatcher<SMTPSession> of(ListenerSettings settings) {
    boolean tls = settings.certificate() != null;
    NoMetrics metrics = new NoMetrics();
    CommandDispatcher<SMTPSession> dispatcher = new CommandDispatcher<>();
    SMTPProtocolHandlerChain chain = new SMTPProtocolHandlerChain(metrics, false);
    chain.add(dispatcher);
    if (settings.dialect() == Dialect.LMTP) {
      chain.add(new LhloCmdHandler(metrics));
    } else {
      chain.add(new EhloCmdHandler(metrics));
      chain.add(new HeloCmdHandler(metrics));
    }
    chain.add(new Greeting(settings));
    chain.add(new RsetCmdHandler());
    chain.add(new NoopCmdHandler());
    chain.add(new QuitCmdHandler(metrics));
    chain.add(new VrfyCmdHandler());
    chain.add(new ExpnCmdHandler());
    chain.add(new HelpCmdHandler());
    chain.add(new MailCommand());
    chain.add(new RcptCommand());
    chain.add(new DataCommand());
    chain.add(new BdatCommand());
    if (tls) {
      chain.add(new StartTlsCommand());
    }
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
