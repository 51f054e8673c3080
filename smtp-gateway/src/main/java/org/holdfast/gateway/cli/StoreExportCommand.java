package org.holdfast.gateway.cli;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.StoreReader;
import org.holdfast.holdqueue.StoreReader.Pending;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.DamagedRecordException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code store export}: gets the mail out without a gateway. */
@Command(
    name = "export",
    footer = {
      "",
      "Examples:",
      "  holdfast store export --mbox held.mbox",
      "  holdfast store export --eml held --recipient alice@example.com"
    },
    description = {
      "Writes everything that is held, in the order of acceptance: to one mbox (mboxrd), or to one"
          + " .eml each.",
      "",
      "Each message gets two header fields in front: X-Holdfast-Envelope-From with its"
          + " reverse-path, and X-Holdfast-Envelope-To with those it is still held for. With"
          + " --recipient the latter has that one only, so that whoever feeds it to a server again"
          + " delivers to nobody else.",
      "Exit 0: all that is held was written. Exit 1: a damaged message was left out or cut short,"
          + " which is said by name; the others were written."
    })
final class StoreExportCommand implements Callable<Integer> {

  private static final int BUFFER = 64 << 10;

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  @Mixin private @Nullable StoreFolder folder;

  @ArgGroup(multiplicity = "1")
  private @Nullable Target target;

  @Option(
      names = "--recipient",
      paramLabel = "A",
      description = "Only what is held for this address; default: everything.")
  private @Nullable String recipient;

  @Spec private @Nullable CommandSpec spec;

  /** Where it goes. */
  static final class Target {
    @Option(names = "--mbox", paramLabel = "FILE", description = "A file that must not exist yet.")
    private @Nullable Path mbox;

    @Option(
        names = "--eml",
        paramLabel = "FOLDER",
        description = "A folder that is empty or does not exist yet.")
    private @Nullable Path eml;
  }

  @Override
  public Integer call() throws Exception {
    Target to = Objects.requireNonNull(target);
    try (StoreReader store = Objects.requireNonNull(folder).open();
        Sink sink = to.mbox != null ? mbox(to.mbox) : eml(Objects.requireNonNull(to.eml))) {
      Writing writing;
      try (Progress progress =
          new Progress(Terminal.of(spec), "exporting", store.octets(), "messages")) {
        writing = new Writing(sink, progress);
        store.held(writing);
        sink.finish();
      }
      Terminal.of(spec).line(writing.written + " messages written" + damage(writing.damaged));
      return writing.damaged == 0 ? ExitCode.DONE : ExitCode.REFUSED;
    }
  }

  private static String damage(int count) {
    return count == 0 ? "" : ", " + count + " DAMAGED";
  }

  /** Takes messages one after another. */
  private interface Sink extends AutoCloseable {
    void write(MessageRecord message, byte[] header, Content content) throws IOException;

    /** Nothing more comes. */
    void finish() throws IOException;

    @Override
    void close() throws IOException;
  }

  private Sink mbox(Path file) throws IOException {
    if (Files.exists(file)) {
      throw misuse(file + " exists already");
    }
    FileOutputStream to = create(file);
    OutputStream out = new BufferedOutputStream(to, BUFFER);
    return new Sink() {
      @Override
      public void write(MessageRecord message, byte[] header, Content content) throws IOException {
        String from =
            Mbox.separator(message.envelope().reversePath(), message.envelope().accepted());
        out.write(from.getBytes(StandardCharsets.UTF_8));
        out.write(
            new String(header, StandardCharsets.UTF_8)
                .replace("\r\n", "\n")
                .getBytes(StandardCharsets.UTF_8));
        try (InputStream in = content.open()) {
          Mbox.quote(in, out);
        }
      }

      @Override
      public void finish() throws IOException {
        out.flush();
        to.getFD().sync();
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  private Sink eml(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (var there = Files.list(directory)) {
      if (there.findAny().isPresent()) {
        throw misuse(directory + " is not empty");
      }
    }
    return new Sink() {
      @Override
      public void write(MessageRecord message, byte[] header, Content content) throws IOException {
        Path file = directory.resolve(name(message));
        try (FileOutputStream out = create(file);
            InputStream in = content.open()) {
          out.write(header);
          in.transferTo(out);
        }
      }

      @Override
      public void finish() {
        // one sync for each of 300 000 files would take the rest of the night
      }

      @Override
      public void close() {}
    };
  }

  /** Other people's mail: for the one who asked only. */
  static FileOutputStream create(Path file) throws IOException {
    Files.createFile(file, OWNER_ONLY);
    return new FileOutputStream(file.toFile());
  }

  /** Sorts like the order of acceptance. An id is ours, but this is a file name. */
  private static String name(MessageRecord message) {
    String id = message.envelope().id().replaceAll("[^A-Za-z0-9-]", "_");
    return String.format(Locale.ROOT, "%016x-%s.eml", message.sequence(), id);
  }

  private ParameterException misuse(String why) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), why);
  }

  private final class Writing implements StoreReader.HeldVisitor {
    private final Sink sink;
    private final Progress progress;
    private int written;
    private int damaged;

    Writing(Sink sink, Progress progress) {
      this.sink = sink;
      this.progress = progress;
    }

    @Override
    public void looked(long octets) {
      progress.at(octets, written);
    }

    @Override
    public void held(MessageRecord message, List<Pending> deliveries, Content content)
        throws IOException {
      List<String> to =
          deliveries.stream()
              .map(delivery -> delivery.recipient().address())
              .filter(address -> recipient == null || recipient.equalsIgnoreCase(address))
              .distinct()
              .toList();
      if (to.isEmpty()) {
        return;
      }
      try {
        sink.write(message, header(message, to), content);
        written++;
        progress.of(0); // all is read: how many there are, nobody has counted
        progress.at(0, written);
      } catch (DamagedRecordException e) {
        say("message " + message.envelope().id() + " is damaged and cut short: " + e.getMessage());
      }
    }

    private static byte[] header(MessageRecord message, List<String> to) {
      return ("X-Holdfast-Id: "
              + message.envelope().id()
              + "\r\nX-Holdfast-Envelope-From: <"
              + message.envelope().reversePath()
              + ">\r\nX-Holdfast-Envelope-To: <"
              + String.join(">,\r\n <", to)
              + ">\r\n")
          .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void unreadable(long position, String why) {
      say("the message at position " + position + " cannot be read: " + why);
    }

    private void say(String what) {
      damaged++;
      progress.clear();
      Terminal.of(spec).warn(Terminal.oneLine(what));
    }
  }
}
