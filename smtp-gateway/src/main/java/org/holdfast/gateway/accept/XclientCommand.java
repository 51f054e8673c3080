package org.holdfast.gateway.accept;

import java.net.InetAddress;
import org.apache.james.protocols.api.Response;

/** XCLIENT: a listed client tells for whom it speaks, and the session begins anew. */
final class XclientCommand extends Command {

  XclientCommand() {
    super("XCLIENT");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    if (conversation.messages().mail() != null) {
      throw new Refusal(ProtocolReplies.IN_TRANSACTION);
    }
    if (!conversation.listener().mayIntroduce(conversation.peer())) {
      throw new Refusal(ProtocolReplies.MAY_NOT_INTRODUCE);
    }
    return introduced(conversation, Introduction.parse(argument));
  }

  /** From now on the client is who was told, if that one may be served. */
  private static WireReply introduced(Conversation conversation, Introduction told) {
    Peer peer = conversation.peer();
    Listener listener = conversation.listener();
    InetAddress address = told.address(peer.socket()).getAddress();
    if (told.withoutAddress() || !listener.mayTalk(conversation, address)) {
      listener.rejects().connection(address, ProtocolReplies.NOT_ALLOWED.text());
      return ProtocolReplies.NOT_ALLOWED;
    }
    if (!listener.moved(peer.address(), address)) {
      conversation.guard().hit(Limit.CLIENT_CONNECTIONS);
      return Limit.CLIENT_CONNECTIONS.reply();
    }
    conversation.login().forget();
    peer.introduced(told);
    return conversation.beginAnew();
  }
}
