package org.holdfast.gateway.wiring;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.holdfast.gateway.conf.Configuration;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.log.LogLines;
import org.holdfast.gateway.service.HangUp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code holdfast serve}: a gateway that runs until SIGTERM, and reads its file at SIGHUP. */
public final class Serve {

  private static final Logger log = LoggerFactory.getLogger(Serve.class);

  private Serve() {}

  /**
   * Starts, prints the ready line to {@code out}, and returns 0 once the process has been told to
   * stop and everything in flight is done.
   *
   * @throws ConfigurationException what was set cannot be; one line
   */
  public static int run(Configuration configuration, Path file, PrintStream out) throws Exception {
    Settings settings = configuration.settings();
    LogLines.use(settings.log().format() == Settings.LogFormat.JSON, settings.log().level().name());
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    // One that waits stands for all that came meanwhile.
    BlockingQueue<Boolean> hangUps = new ArrayBlockingQueue<>(1);
    HangUp.onEach(() -> hangUps.offer(true));
    try (Reports reports = Reports.of(System.getenv(), Clock.systemUTC())) {
      log.info(
          "configuration {}, data folder {}",
          file.toAbsolutePath().normalize(),
          settings.data().toAbsolutePath().normalize());
      reports.starting();
      try (Gateway gateway = Gateway.start(configuration, file, reports::stage)) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(told, stopped), "stop"));
        out.println(ready(gateway));
        out.flush();
        reports.ready(gateway::status, gateway.vitals());
        Thread.ofPlatform()
            .name("reload")
            .daemon()
            .start(() -> reloads(hangUps, () -> reports.reloading(gateway::reload)));
        told.await();
        log.info("stopping: no new connections; finishing what is in flight");
        reports.stopping(gateway.stopTimeout());
      }
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private static void reloads(BlockingQueue<Boolean> hangUps, Runnable reload) {
    try {
      while (true) {
        var _ = hangUps.take();
        reload.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String ready(Gateway gateway) {
    return "holdfast ready smtp=%s lmtp=%s admin=%s"
        .formatted(text(gateway.smtp()), text(gateway.lmtp()), gateway.admin());
  }

  private static String text(java.net.InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /**
   * Runs in the JVM's shutdown hook, which must not end before the gateway has. Halts with 0:
   * SIGTERM is how it is meant to end.
   */
  private static void stop(CountDownLatch told, CountDownLatch stopped) {
    told.countDown();
    try {
      stopped.await();
      log.info("stopped");
      Runtime.getRuntime().halt(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
