package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.UserCsv;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Loads users from a CSV file of any size: the whole file is checked first, then goes to the
 * gateway in parts, so that neither side needs memory for all of it. Each part is applied as a
 * whole; loading again after a break changes nothing that is there.
 */
final class CsvLoad {

  /** Users in one request. */
  static final int PART = 50_000;

  private final AdminClient client;
  private final Terminal terminal;
  private final Path file;
  private final String call;
  private final LoadSum sum = new LoadSum();

  /**
   * @param call path and query to post to
   */
  CsvLoad(AdminClient client, Terminal terminal, Path file, String call) {
    this.client = client;
    this.terminal = terminal;
    this.file = file;
    this.call = call;
  }

  /** It stopped on the way. */
  static final class BrokenOffException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long line;

    BrokenOffException(long line, IOException cause) {
      super(cause);
      this.line = line;
    }

    /** The first line that may not be loaded yet. */
    long line() {
      return line;
    }
  }

  /**
   * The sum of what the parts did.
   *
   * @param fromLine the file's lines before it are checked, but not sent; 2 is the first user
   * @throws BrokenOffException the gateway went away or refused a part
   */
  LoadSum load(long fromLine) throws IOException, InterruptedException, ConfigurationException {
    check();
    PartsInFlight parts = new PartsInFlight(sum);
    long next = fromLine;
    try (parts;
        Progress progress = new Progress(terminal, "loading", Files.size(file), "users");
        LineReader lines = new LineReader(file)) {
      String header = String.valueOf(lines.next());
      lines.skipTo(fromLine);
      next = lines.line();
      for (String part = part(header, lines); part != null; part = part(header, lines)) {
        String body = part;
        PartsInFlight.Part done =
            parts.send(next, lines.octets(), lines.line() - 2, () -> send(body));
        if (done != null) {
          progress.at(done.octets(), done.users());
        }
        next = lines.line();
      }
      parts.finish();
    } catch (IOException e) {
      throw new BrokenOffException(parts.missingFrom() == 0 ? next : parts.missingFrom(), e);
    }
    return sum;
  }

  /** Says what is wrong by the line of the file, before anything is sent. */
  private void check() throws IOException, InterruptedException, ConfigurationException {
    Set<String> pairs = pairs(client);
    long[] users = {0};
    Progress.Octets octets = new Progress.Octets(Files.newInputStream(file));
    try (BufferedReader lines = strict(octets);
        Progress progress = new Progress(terminal, "checking", Files.size(file), "users")) {
      UserCsv.read(
          file.toString(),
          lines,
          pairs::contains,
          user -> {
            if (++users[0] % 10_000 == 0) {
              progress.at(octets.count(), users[0]);
            }
          });
    }
  }

  /** Reads UTF-8 and refuses what is none. */
  static BufferedReader strict(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
  }

  /** The names of the pairs that the gateway knows. */
  static Set<String> pairs(AdminClient client) throws IOException, InterruptedException {
    Set<String> pairs = new HashSet<>();
    Pages.items(client.get("/v1/pairs")).forEach(pair -> pairs.add(Answers.text(pair, "name")));
    return pairs;
  }

  private static @Nullable String part(String header, LineReader lines) throws IOException {
    String line = lines.next();
    if (line == null) {
      return null;
    }
    StringBuilder part = new StringBuilder(header).append('\n');
    for (int i = 1; line != null; i++) {
      part.append(line).append('\n');
      line = i < PART ? lines.next() : null;
    }
    return part.toString();
  }

  private JsonNode send(String part) throws IOException, InterruptedException {
    try (InputStream answer =
        client.open("POST", call, "text/csv", BodyPublishers.ofString(part))) {
      return AdminClient.JSON.readTree(answer.readAllBytes());
    }
  }

  /** The lines of a file with their numbers. Used by one thread. */
  private static final class LineReader implements AutoCloseable {

    private final Progress.Octets octets;
    private final BufferedReader lines;
    private long line = 1;

    LineReader(Path file) throws IOException {
      this.octets = new Progress.Octets(Files.newInputStream(file));
      this.lines = strict(octets);
    }

    /** The number of the line that comes next. */
    long line() {
      return line;
    }

    long octets() {
      return octets.count();
    }

    @Nullable String next() throws IOException {
      String next = lines.readLine();
      if (next != null) {
        line++;
      }
      return next;
    }

    void skipTo(long number) throws IOException {
      while (line < number && next() != null) {
        // passed over
      }
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
