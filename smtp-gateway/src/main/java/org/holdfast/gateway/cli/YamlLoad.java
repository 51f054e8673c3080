package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.CsvDump;
import org.holdfast.gateway.conf.MapDump;
import org.holdfast.gateway.conf.MapEntries;
import org.holdfast.gateway.conf.MapFile;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Loads a map from YAML. A small file goes to the gateway as it is and is applied as a whole or not
 * at all. A large one (the dump of a large map) goes in parts: pairs, domains and holds, then users
 * in thousands, then aliases.
 */
final class YamlLoad {

  /** A file of more octets goes in parts. */
  static final long WHOLE = 8L << 20;

  private static final String CSV_HEADER = "address,pair,state,to,reason,priority\n";

  private final AdminClient client;
  private final Terminal terminal;
  private final Path file;
  private final String call;
  private final LoadSum sum = new LoadSum();

  YamlLoad(AdminClient client, Terminal terminal, Path file, String call) {
    this.client = client;
    this.terminal = terminal;
    this.file = file;
    this.call = call;
  }

  /** What it did; read here first, so that what is wrong is said with the file's name and line. */
  LoadSum load(boolean dryRun) throws IOException, InterruptedException, ConfigurationException {
    long size = Files.size(file);
    Rest rest = new Rest();
    Set<String> known = CsvLoad.pairs(client);
    try (Progress progress = new Progress(terminal, "checking", size, "users")) {
      read(progress, known, rest);
    }
    if (size <= WHOLE) {
      sum.add(post("application/yaml", BodyPublishers.ofFile(file)));
      return sum;
    }
    if (dryRun && !known.containsAll(rest.pairNames())) {
      throw new RefusedException(
          "a file of this size is tried in parts, and its users live on pairs that the gateway does"
              + " not have yet: load the pairs first");
    }
    inParts(rest, known, size);
    return sum;
  }

  private void inParts(Rest rest, Set<String> known, long size)
      throws IOException, InterruptedException, ConfigurationException {
    post(rest.head());
    try (PartsInFlight parts = new PartsInFlight(sum);
        Progress progress = new Progress(terminal, "loading", size, "users")) {
      Users users = new Users(parts, progress);
      read(new Progress(terminal, "", 0, ""), known, users);
      users.flush();
      parts.finish();
    } catch (InterruptedSendException e) {
      throw new InterruptedException(e.getMessage());
    }
    for (String aliases : rest.tail()) {
      post(aliases);
    }
  }

  private void post(String yaml) throws IOException, InterruptedException {
    sum.add(post("application/yaml", BodyPublishers.ofString(yaml)));
  }

  private JsonNode post(String type, BodyPublisher body) throws IOException, InterruptedException {
    try (InputStream answer = client.open("POST", call, type, body)) {
      return AdminClient.JSON.readTree(answer.readAllBytes());
    }
  }

  private void read(Progress progress, Set<String> known, Counted to)
      throws IOException, ConfigurationException {
    Progress.Octets octets = new Progress.Octets(Files.newInputStream(file));
    to.begin(octets, progress);
    try (BufferedReader text = CsvLoad.strict(octets)) {
      MapFile.each(file.toString(), text, known::contains, to);
    }
  }

  /** Counts users as they come. */
  private abstract static class Counted implements MapEntries {

    private Progress.@Nullable Octets octets;
    private @Nullable Progress progress;
    private long users;

    void begin(Progress.Octets from, Progress to) {
      octets = from;
      progress = to;
    }

    long users() {
      return users;
    }

    long octets() {
      return octets == null ? 0 : octets.count();
    }

    @Override
    public void user(UserChange user) throws IOException {
      users++;
      if (users % 10_000 == 0 && progress != null) {
        progress.at(octets(), users);
      }
    }
  }

  /** Everything but the users. */
  private static final class Rest extends Counted {

    /** Aliases in one request. */
    private static final int ALIASES = 20_000;

    private final List<Pair> pairs = new ArrayList<>();
    private final List<String> domains = new ArrayList<>();
    private final List<DomainHold> holds = new ArrayList<>();
    private final List<Alias> aliases = new ArrayList<>();

    @Override
    public void pair(Pair pair) {
      pairs.add(pair);
    }

    @Override
    public void domain(String domain) {
      domains.add(domain);
    }

    @Override
    public void hold(DomainHold hold) {
      holds.add(hold);
    }

    @Override
    public void alias(Alias alias) {
      aliases.add(alias);
    }

    List<String> pairNames() {
      return pairs.stream().map(Pair::name).toList();
    }

    String head() throws IOException {
      StringBuilder text = new StringBuilder();
      MapDump dump = new MapDump(text);
      dump.pairs(pairs);
      dump.domains(domains);
      dump.holds(holds);
      return text.toString();
    }

    List<String> tail() throws IOException {
      List<String> parts = new ArrayList<>();
      for (int from = 0; from < aliases.size(); from += ALIASES) {
        StringBuilder text = new StringBuilder();
        new MapDump(text).aliases(aliases.subList(from, Math.min(from + ALIASES, aliases.size())));
        parts.add(text.toString());
      }
      return parts;
    }
  }

  /** Carries an interrupt through a reader of files. */
  private static final class InterruptedSendException extends IOException {

    private static final long serialVersionUID = 1L;
  }

  /** The users, in parts. */
  private final class Users extends Counted {

    private final PartsInFlight parts;
    private final Progress loading;
    private StringBuilder part = new StringBuilder(CSV_HEADER);
    private int lines;

    Users(PartsInFlight parts, Progress loading) {
      this.parts = parts;
      this.loading = loading;
    }

    @Override
    public void pair(Pair pair) {}

    @Override
    public void domain(String domain) {}

    @Override
    public void hold(DomainHold hold) {}

    @Override
    public void alias(Alias alias) {}

    @Override
    public void user(UserChange user) throws IOException {
      super.user(user);
      field(user.address()).append(',');
      field(user.pair()).append(',');
      field(user.state() == null ? "" : user.state().word()).append(',');
      field(user.to()).append(',');
      field(user.reason()).append(',');
      field(user.priority() == null ? "" : user.priority().toString()).append('\n');
      if (++lines == CsvLoad.PART) {
        flush();
      }
    }

    private StringBuilder field(@Nullable String text) {
      return part.append(text == null ? "" : CsvDump.field(text));
    }

    void flush() throws IOException {
      if (lines == 0) {
        return;
      }
      String body = part.toString();
      part = new StringBuilder(CSV_HEADER);
      lines = 0;
      try {
        PartsInFlight.Part done =
            parts.send(0, octets(), users(), () -> post("text/csv", BodyPublishers.ofString(body)));
        if (done != null) {
          loading.at(done.octets(), done.users());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedSendException();
      }
    }
  }
}
