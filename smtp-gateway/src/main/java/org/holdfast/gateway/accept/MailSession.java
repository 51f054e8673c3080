package org.holdfast.gateway.accept;

import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.SMTPSessionImpl;

/**
 * James's view of a conversation: what its command handlers read and write. It takes no part in
 * reading or writing octets.
 */
final class MailSession extends SMTPSessionImpl {

  private final Conversation conversation;

  MailSession(Conversation conversation, SMTPConfiguration configuration) {
    super(new Transport(conversation), configuration);
    this.conversation = conversation;
  }

  static Conversation conversation(SMTPSession session) {
    return ((MailSession) session).conversation;
  }

  /** RSET, HELO and EHLO end the transaction. */
  @Override
  public void resetState() {
    super.resetState();
    conversation.messages().drop();
  }

  /** RFC 6531: addresses may come in UTF-8; each command says where. */
  @Override
  public Charset getCharset() {
    return StandardCharsets.UTF_8;
  }

  boolean greeted() {
    return getAttachment(CURRENT_HELO_MODE, State.Connection).isPresent();
  }

  boolean extended() {
    return getAttachment(CURRENT_HELO_MODE, State.Connection).filter("EHLO"::equals).isPresent();
  }

  /** RFC 3207 section 4.2: what was said before TLS is forgotten; and what before XCLIENT. */
  void forgetGreeting() {
    resetState();
    var _ = removeAttachment(CURRENT_HELO_MODE, State.Connection);
    var _ = removeAttachment(CURRENT_HELO_NAME, State.Connection);
    conversation.peer().forgetHello();
  }

  private record Transport(Conversation conversation) implements ProtocolTransport {

    @Override
    public InetSocketAddress getRemoteAddress() {
      return conversation.peer().socket();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
      return conversation.peer().local();
    }

    @Override
    public String getId() {
      return conversation.id();
    }

    @Override
    public boolean isTLSStarted() {
      return conversation.tls().encrypted();
    }

    @Override
    public boolean isStartTLSSupported() {
      return false;
    }

    @Override
    public Optional<SSLSession> getSSLSession() {
      return Optional.empty();
    }

    @Override
    public boolean isProxyRequired() {
      return false;
    }

    @Override
    public void writeResponse(Response response, ProtocolSession session) {
      conversation.say(response);
    }

    @Override
    public void popLineHandler() {
      throw notThatWay();
    }

    @Override
    public void pushLineHandler(
        LineHandler<? extends ProtocolSession> handler, ProtocolSession session) {
      throw notThatWay();
    }

    @Override
    public void setReadable(boolean readable) {
      throw notThatWay();
    }

    @Override
    public boolean isReadable() {
      return true;
    }

    private static UnsupportedOperationException notThatWay() {
      return new UnsupportedOperationException("framing belongs to Framer");
    }
  }
}
