package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only a process of its own shows: pipes, full disks, locales, a real terminal. */
class ProcessIT {

  private static final String EVENT =
      "{\"id\":1,\"at\":\"t\",\"who\":\"op\",\"what\":\"user.state\",\"target\":\"jörg@x.org\"}";

  /** Keys, sizes and signals for a program at a terminal; prints what it saw of it. */
  private static final String PTY =
      """
      import fcntl, os, pty, select, signal, struct, sys, termios, time
      def size(rows, columns):
          fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
      master, slave = pty.openpty()
      size(24, 80)
      before = termios.tcgetattr(slave)
      child = os.fork()
      if child == 0:
          os.setsid()
          fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
          for stream in (0, 1, 2): os.dup2(slave, stream)
          os.execvp(sys.argv[2], sys.argv[2:])
      seen = b''
      def await_(text):
          global seen
          end = time.time() + 30
          while text not in seen:
              if time.time() > end: sys.exit('no %r in %r' % (text, seen[-500:]))
              if select.select([master], [], [], 0.2)[0]: seen += os.read(master, 65536)
          seen = seen[seen.index(text) + len(text):]
      await_(b'\\x1b[?1049h')
      await_(b'sort: name')
      raw = termios.tcgetattr(slave)
      if raw[3] & (termios.ICANON | termios.ECHO): sys.exit('the terminal is not raw')
      size(40, 132)
      os.kill(child, signal.SIGWINCH)
      await_('jörg'.encode())
      await_(b'h help' + b' ' * 60)
      os.write(master, b's')
      await_(b'sort: held')
      if sys.argv[1] == 'term': os.kill(child, signal.SIGTERM)
      else: os.write(master, {'q': b'q', 'interrupt': b'\\x03'}[sys.argv[1]])
      await_(b'\\x1b[?1049l')
      signal.alarm(30)  # one that does not end is killed with us
      code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
      same = termios.tcgetattr(slave) == before
      print('exit', code, 'terminal', 'as before' if same else 'CHANGED')
      """;

  private final Cli cli = new Cli();
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void answer() {
    cli.gateway
        .on("GET /v1/events", 200, "{\"items\":[" + EVENT + "],\"next\":1}")
        .on("GET /v1/events?after=1", 200, "{\"items\":[],\"next\":1}")
        .on("GET /v1/events?limit=20", 200, "{\"items\":[" + EVENT + "]}")
        .on("GET /v1/overview", 200, "{\"held\":0}")
        .on("GET /v1/pairs", 200, "{\"items\":[]}")
        .on("GET /v1/releases", 200, "{\"items\":[]}")
        .on("GET /v1/attention", 200, "{\"items\":[]}")
        .on("GET /v1/map?format=yaml", 200, "pairs: []\n".repeat(100_000));
  }

  @AfterEach
  void stop() {
    cli.close();
  }

  /** The command as a shell knows it, then what the shell is to do. */
  private String shell(String script) throws IOException, InterruptedException {
    Path file =
        Files.writeString(
            folder.resolve("script"),
            "holdfast() { " + java(List.of()) + " \"$@\"; }\n" + script + "\n");
    return output("bash", file.toString());
  }

  private static String java(List<String> options) {
    return String.join(
        " ",
        System.getProperty("java.home") + "/bin/java",
        "--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        String.join(" ", options),
        "-cp '" + System.getProperty("java.class.path") + "' " + Main.class.getName());
  }

  private String output(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOLDFAST_URL", cli.gateway.url());
    builder.environment().put("HOLDFAST_TOKEN", "secret");
    builder.environment().put("TERM", "xterm");
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  @Test
  void streams_pipeFullDiskAndLocale_areTakenAsTheyAre() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full to write to");
    String said =
        shell(
            """
            holdfast map dump | head -n 1; echo "head ${PIPESTATUS[0]}"
            holdfast map dump > /dev/full; echo "full $?"
            holdfast events; echo "events $?"
            """);
    assertThat(said.lines())
        .containsExactly(
            "pairs: []",
            "head 141",
            "holdfast: the output cannot be written: No space left on device",
            "full 1",
            "t  op  user.state  jörg@x.org",
            "events 0");
  }

  @ParameterizedTest
  @CsvSource({"q, 0", "interrupt, 0", "term, 143"})
  void top_onATerminal_resizesAndLeavesItAsItWas(String end, int code) throws Exception {
    assumeTrue(python(), "python3 with pty is not installed");
    Path script = Files.writeString(folder.resolve("driver.py"), PTY);
    Path top = folder.resolve("top");
    Files.writeString(top, "exec " + java(List.of("-Dholdfast.tty=012")) + " top\n");
    assertThat(output("python3", script.toString(), end, "sh", top.toString()))
        .isEqualTo("exit " + code + " terminal as before\n");
  }

  private boolean python() throws InterruptedException {
    try {
      return output("python3", "-c", "import pty, termios; print('here')").equals("here\n");
    } catch (IOException _) {
      return false;
    }
  }
}
