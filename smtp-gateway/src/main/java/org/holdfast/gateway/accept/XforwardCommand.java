package org.holdfast.gateway.accept;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.james.protocols.api.Response;

/**
 * XFORWARD (Postfix's XFORWARD_README): a listed client tells where the next message came from. It
 * goes into the log lines of that message and decides nothing.
 */
final class XforwardCommand extends Command {

  static final List<String> ATTRIBUTES =
      List.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE");

  private static final int PROTOCOL = 64;

  XforwardCommand() {
    super("XFORWARD");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    if (conversation.messages().mail() != null) {
      throw new Refusal(ProtocolReplies.IN_TRANSACTION);
    }
    if (!conversation.listener().mayIntroduce(conversation.peer())) {
      throw new Refusal(ProtocolReplies.MAY_NOT_INTRODUCE);
    }
    Peer peer = conversation.peer();
    Map<String, String> told = new HashMap<>(peer.forwarded());
    for (var attribute : ClientAttributes.parse(argument, ATTRIBUTES).entrySet()) {
      told.put(attribute.getKey(), checked(attribute.getKey(), attribute.getValue()));
    }
    peer.forwarded(Map.copyOf(told));
    return ProtocolReplies.OK;
  }

  private static String checked(String attribute, String value) throws Refusal {
    if (ClientAttributes.isUnavailable(value)) {
      return Peer.UNKNOWN;
    }
    return switch (attribute) {
      case "NAME" -> ClientAttributes.host(attribute, value);
      case "ADDR" -> ClientAttributes.address(attribute, value).getHostAddress();
      case "PORT" -> Integer.toString(ClientAttributes.port(attribute, value));
      case "PROTO" -> shortEnough(value);
      case "SOURCE" -> localOrRemote(value);
      default -> value;
    };
  }

  private static String shortEnough(String protocol) throws Refusal {
    if (protocol.length() > PROTOCOL) {
      throw ClientAttributes.bad("PROTO");
    }
    return protocol;
  }

  private static String localOrRemote(String source) throws Refusal {
    if (!source.equalsIgnoreCase("LOCAL") && !source.equalsIgnoreCase("REMOTE")) {
      throw ClientAttributes.bad("SOURCE");
    }
    return source;
  }
}
