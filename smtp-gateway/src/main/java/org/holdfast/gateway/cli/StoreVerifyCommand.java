package org.holdfast.gateway.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.holdfast.gateway.conf.Units;
import org.holdfast.holdqueue.StoreReader;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.LogRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code store verify}: is every octet what was written? */
@Command(
    name = "verify",
    footer = {
      "",
      "Examples:",
      "  holdfast store verify",
      "  holdfast store verify --data /var/lib/holdfast"
    },
    description = {
      "Reads every record, checks every checksum, and says what is damaged, by segment and"
          + " position.",
      "",
      "A torn end of the last segment is what a crash leaves of mail that nobody was told is safe:"
          + " it is named and is no damage.",
      "",
      "What a gateway whose log had failed noted in ends/ until its next start is read too.",
      "Exit 0: nothing is damaged. Exit 1: something is."
    })
final class StoreVerifyCommand implements Callable<Integer> {

  /** Beside the log, in the folder of the queue. */
  private static final String ENDS = "ends/";

  @Mixin private @Nullable StoreFolder folder;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Terminal terminal = Terminal.of(spec);
    try (StoreReader store = Objects.requireNonNull(folder).open()) {
      for (String name : store.foreign()) {
        terminal.warn("not a segment, left alone: " + Terminal.oneLine(name));
      }
      Findings findings;
      try (Progress progress = new Progress(terminal, "reading", store.octets(), "messages")) {
        findings = new Findings(terminal, progress);
        store.read(findings);
        findings.ends();
        store.readEnds(findings);
      }
      terminal.line(findings.summary());
      return findings.damaged == 0 ? ExitCode.DONE : ExitCode.REFUSED;
    }
  }

  /** Counts, and says what is not right as soon as it is met. */
  private static final class Findings implements StoreReader.Visitor {
    private final Terminal terminal;
    private final Progress progress;
    private long segments;
    private long octets;
    private long messages;
    private long moved;
    private long fates;
    private long ends;
    private long damaged;

    /** In front of names: where the segments that are being read lie. */
    private String place = "";

    Findings(Terminal terminal, Progress progress) {
      this.terminal = terminal;
      this.progress = progress;
    }

    /** What comes now was noted while the log took nothing. */
    void ends() {
      place = ENDS;
    }

    @Override
    public void segment(String name, long length, boolean head) {
      progress.at(octets, messages);
      segments++;
      octets += length;
      if (!head) {
        say(name, 0, Math.min(length, 64), length == 0 ? "torn: empty" : "DAMAGED: its head");
        damaged += length == 0 ? 0 : 1;
      }
    }

    @Override
    public void message(LogRecord record, MessageRecord message, boolean carried) {
      messages += carried ? 0 : 1;
      moved += carried ? 1 : 0;
    }

    @Override
    public void fate(LogRecord record, FateRecord fate) {
      fates += place.isEmpty() ? 1 : 0;
      ends += place.isEmpty() ? 0 : 1;
    }

    @Override
    public void damaged(String segment, long offset, long length, String why) {
      damaged++;
      say(segment, offset, length, "DAMAGED: " + Terminal.oneLine(why));
    }

    @Override
    public void torn(String segment, long offset, long length) {
      say(segment, offset, length, "torn end, never acknowledged");
    }

    private void say(String segment, long offset, long length, String what) {
      progress.clear();
      terminal.line(
          "%s%s at %d (position %d), %d octets: %s"
              .formatted(place, segment, offset, position(segment, offset), length, what));
    }

    private static long position(String segment, long offset) {
      return Long.parseLong(segment.substring(0, 16), 16) + offset;
    }

    String summary() {
      return "%d segments, %s; %d messages, %d carried forward, %d fates%s; %s"
          .formatted(
              segments,
              Units.show(octets),
              messages,
              moved,
              fates,
              ends == 0 ? "" : ", " + ends + " more in " + ENDS,
              damaged == 0 ? "nothing is damaged" : damaged + " damaged ranges");
    }
  }
}
