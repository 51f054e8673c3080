package org.holdfast.gateway.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole story on this machine without anything else installed: the gateway, two backend pairs
 * with readable mailboxes, senders. Used once.
 */
public final class Demo {

  private static final Logger log = LoggerFactory.getLogger(Demo.class);

  private static final Duration UNHURRIED = Duration.ofSeconds(2);

  private final DemoGateway gateway;
  private final PrintStream out;
  private final boolean colour;
  private final double pace;

  /**
   * A demo that has not begun.
   *
   * @param gateway not started yet
   * @param colour whether {@code out} is a terminal
   */
  public Demo(DemoGateway gateway, PrintStream out, boolean colour) {
    this(gateway, out, colour, 1);
  }

  Demo(DemoGateway gateway, PrintStream out, boolean colour, double pace) {
    this.pace = pace;
    this.gateway = gateway;
    this.out = out;
    this.colour = colour;
  }

  /**
   * Tells the story; without {@code once} everything then stays up until the process is ended.
   *
   * @return 0 when every mail arrived exactly where it should and in order, else 1
   */
  public int run(boolean once) {
    Narrator tell = new Narrator(out, colour, System::nanoTime);
    try (DemoFolder folder = new DemoFolder()) {
      DemoLog.to(folder.log());
      boolean good = runIn(folder, tell, once);
      if (!good) {
        tell.line("Log and data are kept in %s", folder.keep());
      }
      return good ? 0 : 1;
    } catch (IOException e) {
      tell.verdict(false, "The demo's folder: " + e.getMessage());
      return 1;
    }
  }

  private boolean runIn(DemoFolder folder, Narrator tell, boolean once) {
    try (Backends backends = new Backends()) {
      gateway.start(folder.write(backends.pairs(), backends.homes()));
      return perform(tell, folder, backends, once);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (Exception e) {
      log.error("the demo broke off", e);
      tell.verdict(false, "The demo broke off: " + e.getMessage());
      return false;
    } finally {
      gateway.stop();
    }
  }

  private boolean perform(Narrator tell, DemoFolder folder, Backends backends, boolean once)
      throws Exception {
    introduce(tell, folder);
    try (AdminApi operator = new AdminApi(gateway.admin(), gateway.operatorToken());
        AdminApi backend = new AdminApi(gateway.admin(), DemoFolder.BACKEND_TOKEN)) {
      Story story = new Story(pace, tell, backends, gateway, operator, backend);
      boolean good = story.tell();
      tell.line("The whole story took %.1f s.", tell.elapsed().toMillis() / 1000.0);
      if (!once) {
        stayUp(tell, backends, story);
      }
      return good;
    }
  }

  private void introduce(Narrator tell, DemoFolder folder) {
    tell.title("Holdfast: a mail server dies, and no mail is lost, bounced or mixed up");
    tell.line(
        "Senders --SMTP--> gateway %s --LMTP--> the pair where the user lives",
        text(gateway.smtp()));
    tell.line("pair imap5-6: alice, bob, carol, dave     pair imap7-8: erin, frank");
    tell.line("The gateway's log: %s", folder.log());
  }

  /** Until Ctrl-C ends the process; the shutdown hook lets {@link #run} clean up first. */
  private void stayUp(Narrator tell, Backends backends, Story story) throws InterruptedException {
    Senders calm =
        new Senders(
            Story.everybody()
                .map(user -> new Sender(user, story.nextNumber(user), gateway.smtp(), UNHURRIED))
                .toList());
    calm.start();
    explain(tell, backends);
    awaitCtrlC(calm);
  }

  private static void awaitCtrlC(Senders calm) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Thread teller = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              ended.countDown();
              joinBriefly(teller);
            }));
    ended.await();
    calm.stop();
  }

  private static void joinBriefly(Thread teller) {
    try {
      teller.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void explain(Narrator tell, Backends backends) {
    tell.chapter("It stays up: play with it. Ctrl-C ends it.");
    tell.line("Senders go on, one message for each user every %d s.", UNHURRIED.toSeconds());
    tell.line("Page and API   %s/", gateway.admin());
    tell.line(
        "Command line   export HOLDFAST_URL=%s HOLDFAST_TOKEN=%s",
        gateway.admin(), gateway.operatorToken());
    tell.line("               ./holdfast user state erin@example.com moving --reason playing");
    tell.line("               ./holdfast queue summary");
    tell.line("               ./holdfast user state erin@example.com active");
    tell.line("SMTP           %s", text(gateway.smtp()));
    backends.pairs().stream()
        .flatMap(pair -> pair.members().stream())
        .forEach(member ->
            tell.line(
                "IMAP of %s  %s  (login: the address, password: %s)",
                member.name(), text(member.imap()), Mailboxes.PASSWORD));
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
