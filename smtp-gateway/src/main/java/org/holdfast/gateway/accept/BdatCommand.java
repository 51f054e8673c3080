package org.holdfast.gateway.accept;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.james.protocols.api.Response;
import org.jspecify.annotations.Nullable;

/**
 * BDAT (RFC 3030). The octets of a chunk follow the command whatever the answer is, so a refused
 * chunk is read away first; one whose size cannot be read ends the conversation, because nobody
 * knows where the next command begins.
 */
final class BdatCommand extends Command {

  private static final Pattern ARGUMENT =
      Pattern.compile("([0-9]{1,18})( +LAST)? *", Pattern.CASE_INSENSITIVE);

  BdatCommand() {
    super("BDAT");
  }

  @Override
  @Nullable Response obey(Conversation conversation, String argument) throws Refusal {
    Matcher matcher = ARGUMENT.matcher(argument);
    if (!matcher.matches()) {
      throw new Refusal(ProtocolReplies.BAD_CHUNK_SIZE);
    }
    long octets = Long.parseLong(matcher.group(1));
    WireReply refusal = refusal(conversation.messages().mail());
    if (refusal != null) {
      RejectedCommand.log(conversation, "BDAT", argument, refusal);
    }
    conversation.messages().beginChunk(octets, matcher.group(2) != null, refusal);
    return null;
  }

  private static @Nullable WireReply refusal(@Nullable Incoming mail) {
    if (mail == null) {
      return ProtocolReplies.MAIL_FIRST;
    }
    return mail.recipients().isEmpty() ? ProtocolReplies.NO_RECIPIENT : null;
  }
}
