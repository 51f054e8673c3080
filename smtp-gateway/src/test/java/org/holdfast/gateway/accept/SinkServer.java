package org.holdfast.gateway.accept;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/**
 * The front door alone, for measuring: says 250 to everything at once. Arguments: port, {@code
 * smtp} or {@code lmtp}.
 */
final class SinkServer implements Inbound {

  public static void main(String[] arguments) throws IOException {
    Path spool = Files.createTempDirectory("accept-spool");
    ListenerSettings settings =
        new ListenerSettings(
            arguments[1].equals("lmtp") ? Dialect.LMTP : Dialect.SMTP,
            "127.0.0.1",
            Integer.parseInt(arguments[0]),
            "localhost",
            List.of("127.0.0.0/8"),
            50 << 20,
            1000,
            2000,
            2000,
            Duration.ofMinutes(5),
            null,
            null,
            256 * 1024,
            64 << 20,
            spool,
            Introducers.NOBODY,
            Security.USUAL,
            Rates.USUAL);
    InstantSource clock = InstantSource.system();
    var group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    System.out.println(
        new MailServer(
                settings,
                new SinkServer(),
                group,
                clock,
                new QueueId(clock),
                SpoolRoom.in(spool, new SpoolRoom.Bounds(8L << 30, 1000, 0)),
                new MetricRegistry())
            .start());
  }

  @Override
  public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
    return CompletableFuture.completedFuture(
        new Answer.Accepted(
            new Recipient(address, address, address, parameters), Replies.RECIPIENT_OK));
  }

  @Override
  public CompletionStage<Verdict> message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
    Reply reply = Replies.accepted(envelope.id());
    return CompletableFuture.completedFuture(
        new Verdict(
            Collections.nCopies(answering == Answering.ONCE ? 1 : recipients.size(), reply)));
  }
}
