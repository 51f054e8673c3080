package org.holdfast.gateway.accept;

import java.util.ArrayList;
import java.util.List;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;

/**
 * HELO, EHLO (RFC 5321 section 4.1.1.1) or LHLO (RFC 2033 section 4.1). Says what is offered after
 * the last two. Ends a transaction that is open; a refused one changes nothing.
 */
final class HelloCommand extends Command implements ExtensibleHandler {

  private static final List<String> ALWAYS =
      List.of("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME");

  private final boolean extended;
  private final List<EhloExtension> extensions = new ArrayList<>();

  /** The command of this name; all but HELO are answered with extensions. */
  HelloCommand(String name) {
    super(name);
    this.extended = !name.equals("HELO");
  }

  @Override
  public List<Class<?>> getMarkerInterfaces() {
    return List.of(EhloExtension.class);
  }

  @Override
  public void wireExtensions(Class<?> interfaceName, List<?> found) {
    found.stream().map(EhloExtension.class::cast).forEach(extensions::add);
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    if (!HelloName.isGood(argument)) {
      throw new Refusal(ProtocolReplies.BAD_NAME);
    }
    MailSession session = conversation.session();
    session.resetState();
    conversation.peer().saidHello(argument);
    var _ = session.setAttachment(SMTPSession.CURRENT_HELO_NAME, argument, State.Connection);
    var _ =
        session.setAttachment(
            SMTPSession.CURRENT_HELO_MODE, extended ? "EHLO" : "HELO", State.Connection);
    return WireReply.lines(250, lines(conversation, session, argument));
  }

  private List<String> lines(Conversation conversation, MailSession session, String name) {
    List<String> lines = new ArrayList<>();
    lines.add(
        conversation.settings().hostname()
            + " Hello "
            + name
            + " "
            + conversation.peer().literal());
    if (extended) {
      lines.addAll(ALWAYS);
      extensions.forEach(e -> lines.addAll(e.getImplementedEsmtpFeatures(session)));
    }
    return lines;
  }
}
