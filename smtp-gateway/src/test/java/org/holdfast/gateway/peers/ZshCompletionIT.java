package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.cli.Main;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code holdfast completion zsh} in a real zsh at a terminal, in which somebody presses Tab. */
class ZshCompletionIT {

  private static final Path ZSH = Path.of("/usr/bin/zsh");

  /**
   * Arguments: the folder, a file that zsh sources first, and words to type; prints what the line
   * is after Tab. Keys are taken one after the other, so the key behind Tab tells that it is done.
   */
  private static final String PTY =
      """
      import fcntl, os, pty, select, struct, sys, termios, time
      folder, setup = sys.argv[1:3]
      master, slave = pty.openpty()
      fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 200, 0, 0))
      child = os.fork()
      if child == 0:
          os.setsid()
          fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
          for stream in (0, 1, 2): os.dup2(slave, stream)
          os.environ.update(TERM='dumb', HOME=folder, PATH=folder + '/bin:' + os.environ['PATH'])
          os.execv('/usr/bin/zsh', ['zsh', '-f', '-i'])
      seen = b''
      def await_(text):
          global seen
          end = time.time() + 30
          while text not in seen:
              if time.time() > end: sys.exit('no %r in %r' % (text, seen[-2000:]))
              if select.select([master], [], [], 0.2)[0]: seen += os.read(master, 65536)
          at = seen.index(text)
          before, seen = seen[:at], seen[at + len(text):]
          return before
      os.write(master, ('. ' + setup + '\\n').encode())
      if b'<meddled>' in await_(b'<ready>'): print('the shell has other options now')
      complaints = b''
      for words in sys.argv[3:]:
          os.write(master, words.encode() + b'\\t\\x18p')
          complaints += await_(b'<line:')
          print(await_(b'>').decode())
      if b'not found' in complaints: print(complaints.decode())
      os.kill(child, 9)
      """;

  /** Ctrl-X p prints the line and empties it. */
  private static final String WIDGET =
      """
      told() { print -r -- "<line:$BUFFER>"; BUFFER=''; zle reset-prompt }
      zle -N told
      bindkey '^Xp' told
      setopt | grep -i completealiases && print '<meddled>'
      print '<rea''dy>'
      """;

  @TempDir private Path folder;

  @BeforeAll
  static void needed() {
    Peers.programNeeded(ZSH);
    Peers.programNeeded(Path.of("/usr/bin/python3"));
  }

  /** A {@code holdfast} that knows its completion and two pairs, and nothing else. */
  @BeforeEach
  void install() throws Exception {
    StringWriter script = new StringWriter();
    CommandLine line = Main.commandLine((_, _) -> 9, _ -> 9, Map.of());
    line.setOut(new PrintWriter(script, true));
    assertThat(line.execute("completion", "zsh")).isZero();
    Files.writeString(folder.resolve("script"), script.toString());
    Path program = Files.createDirectories(folder.resolve("bin")).resolve("holdfast");
    Files.writeString(
        program,
        """
        #!/bin/sh
        case "$*" in
          *'pair list'*) printf '    "name" : "imap5-6",\\n    "name" : "imap7-8",\\n' ;;
          'completion zsh') cat '%s' ;;
        esac
        """
            .formatted(folder.resolve("script")));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.createDirectories(folder.resolve("functions"));
  }

  private List<String> typed(String setup, String... words) throws Exception {
    Path driver = Files.writeString(folder.resolve("driver.py"), PTY);
    Path file = Files.writeString(folder.resolve("setup"), setup + "\n" + WIDGET);
    List<String> command =
        new ArrayList<>(List.of("python3", driver.toString(), folder.toString(), file.toString()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said.lines().toList();
  }

  @Test
  void sourced_completesCommandsOptionsStatesAndPairs() throws Exception {
    assertThat(
            typed(
                "autoload -Uz compinit && compinit -D -u; . " + folder.resolve("script"),
                "holdfast queue di",
                "holdfast --url http://h:1 queue di",
                "holdfast --tok",
                "holdfast user state a@x.org mov",
                "holdfast queue list --state par",
                "holdfast --color al",
                "holdfast pair show imap5",
                "holdfast queue list --pair imap7",
                "holdfast rel"))
        .containsExactly(
            "holdfast queue discard ",
            "holdfast --url http://h:1 queue discard ",
            "holdfast --token ",
            "holdfast user state a@x.org moving ",
            "holdfast queue list --state parked ",
            "holdfast --color always ",
            "holdfast pair show imap5-6 ",
            "holdfast queue list --pair imap7-8 ",
            "holdfast reload ");
  }

  @Test
  void ofThePackage_answersTheFirstTab() throws Exception {
    Files.copy(
        Path.of("..", "conf", "debian", "completion.zsh"), folder.resolve("functions/_holdfast"));
    assertThat(typed(fromFunctions(), "holdfast queue di", "holdfast pair show imap5"))
        .containsExactly("holdfast queue discard ", "holdfast pair show imap5-6 ");
  }

  @Test
  void inAFolderOfFunctions_answersTheFirstTab() throws Exception {
    Files.copy(folder.resolve("script"), folder.resolve("functions/_holdfast"));
    assertThat(typed(fromFunctions(), "holdfast queue di", "holdfast pair show imap5"))
        .containsExactly("holdfast queue discard ", "holdfast pair show imap5-6 ");
  }

  private String fromFunctions() {
    return "fpath=("
        + folder.resolve("functions")
        + " $fpath); autoload -Uz compinit && compinit -D -u";
  }
}
