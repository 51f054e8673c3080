package org.holdfast.gateway.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreReader;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.LogRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code store dump}: the log as text. */
@Command(
    name = "dump",
    footer = {"", "Examples:", "  holdfast store dump --data /var/lib/holdfast > log.ndjson"},
    description = {
      "Prints every record of the log as a line of JSON, in order; contents of messages are left"
          + " out.",
      "",
      "A delivery is known by (message, recipient number): 'message' is the position at which the"
          + " message was accepted, or the delivery redirected.",
      "What a gateway whose log had failed noted in ends/ until its next start comes last, with"
          + " 'ends': true; its positions are its own.",
      "What is damaged is a line too, of type 'damaged'. Exit 0, or 1 when there was damage."
    })
final class StoreDumpCommand implements Callable<Integer> {

  @Mixin private @Nullable StoreFolder folder;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (StoreReader store = Objects.requireNonNull(folder).open()) {
      Lines lines = new Lines(Terminal.of(spec));
      store.read(lines);
      lines.ends();
      store.readEnds(lines);
      return lines.damaged ? ExitCode.REFUSED : ExitCode.DONE;
    }
  }

  private static final class Lines implements StoreReader.Visitor {
    private final JsonMapper json = new JsonMapper();
    private final Terminal terminal;
    private boolean damaged;
    private boolean ends;

    Lines(Terminal terminal) {
      this.terminal = terminal;
    }

    private void print(Map<String, Object> line) {
      terminal.line(json.writeValueAsString(line));
    }

    /** What comes now was noted while the log took nothing. */
    void ends() {
      ends = true;
    }

    private Map<String, Object> line(String type, long position) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("type", type);
      line.put("position", position);
      if (ends) {
        line.put("ends", true);
      }
      return line;
    }

    @Override
    public void segment(String name, long octets, boolean head) {
      Map<String, Object> line = line("segment", Long.parseLong(name.substring(0, 16), 16));
      line.put("file", name);
      line.put("octets", octets);
      line.put("head", head);
      print(line);
    }

    @Override
    public void message(LogRecord record, MessageRecord message, boolean moved) {
      Map<String, Object> line = line(moved ? "moved" : "message", record.position());
      line.put("message", message.sequence());
      line.put("id", message.envelope().id());
      line.put("sender", message.envelope().reversePath());
      line.put("accepted", message.envelope().accepted().toString());
      line.put("client", message.envelope().client());
      line.put("parameters", message.envelope().parameters());
      line.put("size", message.size());
      line.put("recipients", message.parts().stream().map(Lines::part).toList());
      print(line);
    }

    private static Map<String, Object> part(MessageRecord.Part part) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("number", part.number());
      line.put("recipient", part.recipient().address());
      line.put("lane", part.recipient().lane());
      line.put("pair", part.nextHop());
      line.put("entry", part.entry().name().toLowerCase(Locale.ROOT));
      line.put("reason", part.reason());
      return line;
    }

    @Override
    public void fate(LogRecord record, FateRecord fate) {
      Map<String, Object> line = line(fate.kind().word(), record.position());
      line.put("message", Key.order(fate.key()));
      line.put("number", Key.number(fate.key()));
      line.put("id", fate.id());
      line.put("at", fate.at().toString());
      line.put("who", fate.who());
      line.put("text", fate.text());
      Recipient to = fate.to();
      if (to != null) {
        line.put("to", to.address());
        line.put("pair", fate.nextHop());
      }
      print(line);
    }

    @Override
    public void damaged(String segment, long offset, long octets, String why) {
      damaged = true;
      range("damaged", segment, offset, octets, List.of(why));
    }

    @Override
    public void torn(String segment, long offset, long octets) {
      range("torn", segment, offset, octets, List.of());
    }

    private void range(String type, String segment, long offset, long octets, List<String> why) {
      Map<String, Object> line = line(type, Long.parseLong(segment.substring(0, 16), 16) + offset);
      line.put("file", segment);
      line.put("offset", offset);
      line.put("octets", octets);
      why.forEach(reason -> line.put("why", reason));
      print(line);
    }
  }
}
