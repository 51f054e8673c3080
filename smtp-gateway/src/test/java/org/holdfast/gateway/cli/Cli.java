package org.holdfast.gateway.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** The command line in front of a gateway that answers what it was told to. */
final class Cli implements AutoCloseable {

  final StubGateway gateway;
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  /** What the person at the terminal was asked. */
  final List<String> questions = new ArrayList<>();

  /** What the person says; null: nobody is there. */
  @Nullable Boolean answer;

  /** What the streams lead to. */
  Tty tty = Tty.NONE;

  final TestPace pace = new TestPace();
  final ByteArrayOutputStream octets = new ByteArrayOutputStream();

  Cli() {
    try {
      gateway = new StubGateway();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int run(String... words) {
    CommandLine line = Main.commandLine((_, _) -> 9, _ -> 9, around());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(words);
  }

  /** What a command of it prints to. */
  Terminal terminal() {
    CommandLine line = Main.commandLine((_, _) -> 9, _ -> 9, around());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return Terminal.of(line.getCommandSpec());
  }

  private Surroundings around() {
    Map<String, String> environment =
        Map.of("HOLDFAST_URL", gateway.url(), "HOLDFAST_TOKEN", "secret");
    return new Surroundings(environment, person(), tty, pace, octets);
  }

  private Person person() {
    Boolean says = answer;
    return says == null
        ? Person.NOBODY
        : new Person(question -> {
          questions.add(question);
          return says;
        });
  }

  /** The bodies of all requests, in order. */
  List<String> bodies() {
    return gateway.asked().stream().map(StubGateway.Asked::body).toList();
  }

  @Override
  public void close() {
    gateway.close();
  }
}
