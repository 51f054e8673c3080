package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code user state}: flips one user or many, and returns when the flips are quiesced. */
@Command(
    name = "state",
    description = {
      "Sets the state of users: active, moving, recovering or closed.",
      "",
      "Away from active: returns when no delivery to the old place is open and none will be opened"
          + " (quiesced): from then on the mailbox can be copied. Exit 1 when deliveries were still"
          + " open after --wait.",
      "To active: what is held for the user is delivered in order, to --pair when given.",
      "",
      "Setting what is set already is fine and changes nothing."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast user state alice@example.com moving --reason 'imap5 is broken'",
      "  holdfast user state alice@example.com moving --to imap7-8",
      "  holdfast user state alice@example.com active",
      "  holdfast user state alice@example.com active --pair imap7-8",
      "  holdfast user state --file addresses.txt recovering --dry-run"
    })
final class UserStateCommand implements Callable<Integer> {

  /** Users in one request; more go in several, one after the other. */
  static final int BATCH = 100_000;

  /** A person at a terminal is asked about more. */
  static final int FEW = 100;

  @Mixin private @Nullable ClientOptions clientOptions;
  @Mixin private @Nullable Consent consent;

  @Parameters(
      paramLabel = "[ADDRESS...] STATE",
      completionCandidates = CompletionCommand.UserStates.class,
      arity = "1..*",
      hideParamSyntax = true,
      description = "The users, then their new state.")
  private List<String> words = List.of();

  @Option(
      names = "--pair",
      completionCandidates = CompletionCommand.PairNames.class,
      paramLabel = "P",
      description = "Where they live now; without it where they were being moved to, if anywhere.")
  private @Nullable String pair;

  @Option(
      names = "--to",
      completionCandidates = CompletionCommand.PairNames.class,
      paramLabel = "P",
      description =
          "With moving or recovering: the pair they are being moved to. That pair's backends may"
              + " then call back.")
  private @Nullable String to;

  @Option(
      names = "--epoch",
      paramLabel = "N",
      description = "Only if the user was not changed since: its epoch as last shown.")
  private @Nullable Long epoch;

  @Option(names = "--reason", paramLabel = "R", description = "Why; kept and shown.")
  private @Nullable String reason;

  @Option(
      names = "--file",
      paramLabel = "LIST",
      description =
          "Further addresses, one a line (empty ones and #... are passed over); - reads stdin.")
  private @Nullable Path file;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      description = "How long to wait for open deliveries, such as 30s; default: the gateway's.")
  private @Nullable String wait;

  @Option(names = "--dry-run", description = "Says what it would come to, and changes nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws Exception {
    ClientOptions options = Objects.requireNonNull(clientOptions);
    String state = words.getLast();
    if (UserState.of(state).isEmpty()) {
      throw options.misuse(
          "the last word must be a state (active, moving, recovering, closed), not " + state);
    }
    List<String> addresses = addresses(options);
    try (AdminClient client = options.client()) {
      if (dryRun) {
        return new FlipPreview(options, client).of(addresses, change(state));
      }
      if (!agreed(options, addresses.size(), state)) {
        return ExitCode.REFUSED;
      }
      return addresses.size() == 1
          ? one(options, client, addresses.getFirst(), state)
          : many(options, client, addresses, state);
    }
  }

  /** A list of the wrong users is the mistake of 3 a.m.; closed users' mail is refused. */
  private boolean agreed(ClientOptions options, int users, String state) {
    boolean few = users <= (state.equals(UserState.CLOSED.word()) ? 1 : FEW);
    String would = "set " + Progress.count(users) + " users to " + state;
    return few || Objects.requireNonNull(consent).atTerminal(options, would);
  }

  private List<String> addresses(ClientOptions options) throws IOException {
    List<String> addresses = new ArrayList<>(words.subList(0, words.size() - 1));
    if (file != null) {
      try (BufferedReader lines = reader(file)) {
        lines
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .forEach(addresses::add);
      } catch (NoSuchFileException _) {
        throw options.misuse("there is no file " + file);
      }
    }
    if (addresses.isEmpty()) {
      throw options.misuse("an address or --file is missing");
    }
    return addresses;
  }

  private static BufferedReader reader(Path file) throws IOException {
    return file.toString().equals("-")
        ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
        : Files.newBufferedReader(file);
  }

  private int one(ClientOptions options, AdminClient client, String address, String state)
      throws Exception {
    ObjectNode change = change(state);
    if (wait != null) {
      change.put("wait", wait);
    }
    String path = "/v1/users/" + AdminClient.segment(address);
    JsonNode answer = HoldSwitch.flip(options, client, path, change);
    return Answers.flip(options, line(answer, address), answer);
  }

  private int many(ClientOptions options, AdminClient client, List<String> addresses, String state)
      throws IOException, InterruptedException {
    Tally tally = new Tally(options, addresses.size());
    for (int from = 0; from < addresses.size(); from += BATCH) {
      List<String> batch = addresses.subList(from, Math.min(from + BATCH, addresses.size()));
      flip(options, client, batch, state, tally);
    }
    tally.clear();
    options.terminal().warn(tally.line(addresses.size(), state));
    return tally.good == addresses.size() ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private void flip(
      ClientOptions options, AdminClient client, List<String> addresses, String state, Tally tally)
      throws IOException, InterruptedException {
    StringBuilder lines = new StringBuilder();
    for (String address : addresses) {
      lines.append(change(state).put("address", address)).append('\n');
    }
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    query.put("wait", wait);
    String path = "/v1/states" + AdminClient.query(query);
    try (BufferedReader results =
        new BufferedReader(
            new InputStreamReader(
                client.open(
                    "POST",
                    path,
                    "application/x-ndjson",
                    BodyPublishers.ofString(lines.toString())),
                StandardCharsets.UTF_8))) {
      for (String line = results.readLine(); line != null; line = results.readLine()) {
        if (!line.isBlank()) {
          result(options, line, tally);
        }
      }
    }
  }

  private void result(ClientOptions options, String line, Tally tally) {
    JsonNode result = AdminClient.JSON.readTree(line);
    String error = Answers.text(result, "error");
    boolean refused = !error.isEmpty() || !result.has("state");
    boolean good = !refused && Answers.quiesced(result);
    tally.count(refused, good);
    tally.show();
    if (options.json()) {
      tally.clear();
      options.terminal().line(line);
    } else if (!good || tally.good <= Tally.SHOWN) {
      tally.clear();
      String address = Answers.text(result, "address");
      String said = refused ? address + ": " + error : line(result, address);
      options.terminal().line(Terminal.oneLine(said + (refused ? "" : Answers.flipped(result))));
    }
  }

  private static String line(JsonNode answer, String address) {
    String canonical = Answers.text(answer, "address");
    String where = Answers.text(answer, "pair");
    return (canonical.isEmpty() ? address : canonical)
        + " is "
        + Answers.text(answer, "state")
        + (where.isEmpty() ? "" : " on " + where);
  }

  private ObjectNode change(String state) {
    ObjectNode change = AdminClient.object().put("state", state);
    if (pair != null) {
      change.put("pair", pair);
    }
    if (to != null) {
      change.put("to", to);
    }
    if (epoch != null) {
      change.put("epoch", epoch);
    }
    if (reason != null) {
      change.put("reason", reason);
    }
    return change;
  }

  /** What came of many flips. */
  private static final class Tally {

    /** Good ones that are shown line by line; bad ones always are. */
    static final int SHOWN = 20;

    private final Progress progress;
    private final long all;
    private int good;
    private int refused;
    private int open;

    void count(boolean wasRefused, boolean wasGood) {
      good += wasGood ? 1 : 0;
      refused += wasRefused ? 1 : 0;
      open += !wasGood && !wasRefused ? 1 : 0;
    }

    Tally(ClientOptions options, int all) {
      this.all = all;
      this.progress = new Progress(options.terminal(), "flipping", all, "users");
    }

    /** How far it has come, for a person at a terminal. */
    void show() {
      long done = (long) good + refused + open;
      progress.at(Math.min(done, all), done);
    }

    void clear() {
      progress.clear();
    }

    String line(int all, String state) {
      int silent = all - good - refused - open;
      return good
          + " of "
          + all
          + " are "
          + state
          + (state.equals("active") ? "" : " and quiesced")
          + (open == 0 ? "" : "; " + open + " NOT QUIESCED")
          + (refused == 0 ? "" : "; " + refused + " refused")
          + (silent == 0 ? "" : "; " + silent + " without an answer");
    }
  }
}
