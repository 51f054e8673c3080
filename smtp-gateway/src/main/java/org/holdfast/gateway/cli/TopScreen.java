package org.holdfast.gateway.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;

/**
 * {@code top} on a terminal: the whole screen, until somebody quits.
 *
 * <p>One thread owns the view and draws; what happens comes to it through one queue: keys from a
 * thread that reads them, looks from a thread that asks the gateway (which may take its time),
 * sizes from a signal. Whatever ends the process, the terminal is put back as it was: by {@code
 * run}, or by a shutdown hook after Ctrl-C and SIGTERM.
 */
final class TopScreen {

  /** What happened and was not drawn yet; keys beyond are dropped. */
  private static final int MOST_PENDING = 64;

  /** How long after ESC the rest of a key's sequence may take, ms. */
  private static final long SEQUENCE_MILLIS = 50;

  /** A read that waits for ever would keep JLine from closing the terminal, ms. */
  private static final long KEY_MILLIS = 200;

  private static final int ESCAPE = 27;
  private static final int CTRL_C = 3;
  private static final String ENTER = "\u001B[?1049h\u001B[?25l\u001B[H\u001B[2J";
  private static final String LEAVE = "\u001B[?25h\u001B[?1049l";

  private final AdminClient client;
  private final Pace pace;
  private final boolean colours;
  private final BlockingQueue<Happened> pending = new ArrayBlockingQueue<>(MOST_PENDING);
  private final TopView view = new TopView();

  TopScreen(AdminClient client, Pace pace, boolean colours) {
    this.client = client;
    this.pace = pace;
    this.colours = colours;
  }

  /** What the drawing thread learns. */
  private sealed interface Happened {
    record Pressed(TopView.Key key) implements Happened {}

    record Looked(TopLook look) implements Happened {}

    record Trouble(String why) implements Happened {}

    /** Another size, or back from the background. */
    record Resized() implements Happened {}
  }

  /** Shows it until somebody quits; the exit code. */
  int run(TopLook first) throws IOException, InterruptedException {
    try (org.jline.terminal.Terminal terminal =
        TerminalBuilder.builder()
            .system(true)
            .providers("ffm,exec")
            .dumb(false)
            .graphemeCluster(false) // would ask the terminal, and wait for its answer
            .encoding(StandardCharsets.UTF_8)
            .build()) {
      Attributes before = terminal.getAttributes();
      AtomicBoolean left = new AtomicBoolean();
      Thread hook = new Thread(() -> leave(terminal, before, left), "top-leave");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        enter(terminal);
        loop(terminal, first);
      } finally {
        leave(terminal, before, left);
      }
    }
    return ExitCode.DONE;
  }

  private void enter(org.jline.terminal.Terminal terminal) {
    terminal.handle(Signal.WINCH, _ -> pending.offer(new Happened.Resized()));
    terminal.handle(Signal.CONT, _ -> pending.offer(new Happened.Resized()));
    Attributes _ = terminal.enterRawMode();
    Attributes raw = terminal.getAttributes();
    // Ctrl-C is a key that ends it, and Ctrl-Z none: a stopped top would leave its screen to the
    // shell
    raw.setLocalFlag(LocalFlag.ISIG, false);
    terminal.setAttributes(raw);
    print(terminal, ENTER);
    Thread keys = new Thread(() -> readKeys(terminal.reader()), "top-keys");
    keys.setDaemon(true);
    keys.start();
    var _ = Thread.ofVirtual().name("top-looks").start(this::look);
  }

  private static void leave(
      org.jline.terminal.Terminal terminal, Attributes before, AtomicBoolean left) {
    if (left.compareAndSet(false, true)) {
      print(terminal, LEAVE);
      terminal.setAttributes(before);
    }
  }

  private static void print(org.jline.terminal.Terminal terminal, String text) {
    try { // its writer would write in the locale's encoding
      terminal.output().write(text.getBytes(StandardCharsets.UTF_8));
      terminal.output().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void loop(org.jline.terminal.Terminal terminal, TopLook first)
      throws InterruptedException {
    TopLook look = first;
    boolean goOn = true;
    while (goOn) {
      draw(terminal, look);
      switch (pending.take()) {
        case Happened.Pressed(TopView.Key key) -> goOn = view.press(key);
        case Happened.Looked(TopLook next) -> {
          look = view.paused() ? look : next;
          view.trouble(null);
        }
        case Happened.Trouble(String why) -> view.trouble(why);
        case Happened.Resized() -> {}
      }
    }
  }

  private void draw(org.jline.terminal.Terminal terminal, TopLook look) {
    Size size = terminal.getSize();
    int width = size.getColumns() > 0 ? size.getColumns() : 80;
    int height = size.getRows() > 1 ? size.getRows() : 24;
    List<TopFrame.Line> lines =
        new TopFrame(look, view, client.base().toString()).screen(width, height);
    StringBuilder screen = new StringBuilder("\u001B[H");
    for (int i = 0; i < lines.size(); i++) {
      screen.append(i == 0 ? "" : "\r\n").append(lines.get(i).shown(width, colours));
      // in the last column there is nothing left to clear, and clearing would take its letter
      screen.append(Columns.of(lines.get(i).text()) < width ? "\u001B[K" : "");
    }
    print(terminal, screen.toString());
  }

  /** Asks again and again; a gateway that is away is waited for. */
  private void look() {
    try {
      while (true) {
        pace.pause(TopCommand.REFRESH);
        pending.put(once());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Happened once() throws InterruptedException {
    try {
      return new Happened.Looked(TopLook.at(client, pace));
    } catch (IOException | RuntimeException e) {
      return new Happened.Trouble(String.valueOf(e.getMessage()));
    }
  }

  private void readKeys(NonBlockingReader keys) {
    try {
      int letter = keys.read(KEY_MILLIS);
      while (letter != NonBlockingReader.EOF) {
        if (letter != NonBlockingReader.READ_EXPIRED) {
          pending.put(new Happened.Pressed(key(letter, keys)));
        }
        letter = keys.read(KEY_MILLIS);
      }
      pending.put(new Happened.Pressed(TopView.Key.QUIT)); // the terminal has gone
    } catch (IOException _) {
      pending.offer(new Happened.Pressed(TopView.Key.QUIT));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static TopView.Key key(int letter, NonBlockingReader keys) throws IOException {
    if (letter == CTRL_C) {
      return TopView.Key.QUIT;
    }
    if (letter != ESCAPE) {
      return TopView.Key.of(letter);
    }
    int introducer = keys.read(SEQUENCE_MILLIS);
    if (introducer != '[' && introducer != 'O') {
      return TopView.Key.OTHER;
    }
    int kind = keys.read(SEQUENCE_MILLIS);
    if (kind >= '0' && kind <= '9') {
      int _ = keys.read(SEQUENCE_MILLIS); // ~
    }
    return TopView.Key.ofSequence(kind);
  }
}
