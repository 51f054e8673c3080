package org.holdfast.gateway.deliver;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;

/**
 * By hand: {@code SinkLoad HOST:PORT [messages] [concurrent] [recipients] [nio|epoll]}, against
 * {@code smtp-sink -L}. Prints rate and CPU of this process for each message of 4 KB.
 */
public final class SinkLoad {

  private final LmtpClient client;
  private final Member member;
  private final List<Recipient> recipients;
  private final Content content = Letter.of(("x".repeat(78) + "\r\n").repeat(51));
  private final AtomicInteger failed = new AtomicInteger();

  private SinkLoad(LmtpClient client, Member member, int recipients) {
    this.client = client;
    this.member = member;
    String[] names = new String[recipients];
    for (int i = 0; i < recipients; i++) {
      names[i] = "user" + i + "@example.com";
    }
    this.recipients = Letter.to(names);
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    int messages = argument(arguments, 1, 100_000);
    int concurrent = argument(arguments, 2, 50);
    boolean nio = arguments.length > 4 && arguments[4].equals("nio");
    IoHandlerFactory io = nio ? NioIoHandler.newFactory() : EpollIoHandler.newFactory();
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, io);
    LmtpSettings settings =
        LmtpSettings.of("gw").withPool(concurrent, concurrent, LmtpSettings.IDLE_TIME);
    LmtpClient client = new LmtpClient(settings, loops, InstantSource.system());
    Member member = new Member("sink", HostPort.parse(arguments[0]), null);
    SinkLoad load = new SinkLoad(client, member, argument(arguments, 3, 1));
    for (int round = 0; round < 5; round++) {
      load.round(messages, concurrent);
    }
    System.out.println(client.health());
    Bench.await(client.close(Duration.ofSeconds(1)));
    System.exit(0);
  }

  private static int argument(String[] arguments, int at, int otherwise) {
    return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
  }

  private void round(int messages, int concurrent) throws InterruptedException {
    AtomicInteger left = new AtomicInteger(messages);
    CountDownLatch done = new CountDownLatch(messages);
    long cpu = cpuNanos();
    long begun = System.nanoTime();
    for (int i = 0; i < concurrent; i++) {
      next(left, done);
    }
    done.await();
    double seconds = (System.nanoTime() - begun) / 1e9;
    double micros = (cpuNanos() - cpu) / 1e3 / messages;
    System.out.printf(
        "%d messages, %.0f/s, %.1f us CPU each, %d failed%n",
        messages, messages / seconds, micros, failed.get());
  }

  private void next(AtomicInteger left, CountDownLatch done) {
    if (left.getAndDecrement() <= 0) {
      return;
    }
    var _ =
        client
            .send(member, Letter.envelope(), recipients, content, Transaction.Origin.DOOR)
            .thenAccept(answers -> {
              if (!answers.stream().allMatch(Answer.Delivered.class::isInstance)) {
                failed.incrementAndGet();
              }
              done.countDown();
              next(left, done);
            });
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
