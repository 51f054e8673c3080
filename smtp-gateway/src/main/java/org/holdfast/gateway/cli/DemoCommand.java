package org.holdfast.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: the whole story on this machine. */
@Command(
    name = "demo",
    footer = {"", "Examples:", "  holdfast demo", "  holdfast demo --once"},
    description = {
      "Shows the whole story on this machine, with nothing else installed.",
      "",
      "A gateway, two pairs of backends with readable mailboxes, senders that go on sending. A"
          + " server dies, mail is held, users come back one by one on the other pair, mail is"
          + " released in order.",
      "",
      "Uses free ports and a temporary folder. Stays up for playing until Ctrl-C, unless --once."
    })
public final class DemoCommand implements Callable<Integer> {

  /** Runs the demo; returns the exit code. */
  @FunctionalInterface
  public interface Demo {
    int run(boolean once) throws Exception;
  }

  private final Demo demo;

  @Option(
      names = "--once",
      description =
          "End with the story; exit 0 only if every mail arrived exactly where it should.")
  private boolean once;

  DemoCommand(Demo demo) {
    this.demo = demo;
  }

  @Override
  public Integer call() throws Exception {
    return demo.run(once);
  }
}
