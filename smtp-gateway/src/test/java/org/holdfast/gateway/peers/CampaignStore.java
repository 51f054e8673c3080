package org.holdfast.gateway.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.StoreReader;
import org.holdfast.holdqueue.disk.ReadOnlyDisk;
import org.holdfast.holdqueue.index.MessageRecord;

/** What the last resort ({@code holdfast store}) finds in the folder of a killed gateway. */
final class CampaignStore implements StoreReader.HeldVisitor {

  /** By user, the numbers of the messages held. */
  private final Map<String, Set<Integer>> held = new HashMap<>();

  /** What is not as it should be. */
  final List<String> wrong = new ArrayList<>();

  int messages;

  /** Reads everything held in this folder of a queue, and looks whether reading changed it. */
  static CampaignStore read(Path queue) throws IOException {
    CampaignStore found = new CampaignStore();
    Map<String, String> before = files(queue);
    try (StoreReader store = StoreReader.open(new ReadOnlyDisk(), queue)) {
      store.held(found);
    }
    if (!files(queue).equals(before)) {
      found.wrong.add("reading changed the folder: " + before + " became " + files(queue));
    }
    return found;
  }

  /** Names, sizes and times of everything below a folder. */
  static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        String size = Files.isDirectory(path) ? "" : Files.size(path) + " octets ";
        files.put(folder.relativize(path).toString(), size + Files.getLastModifiedTime(path));
      }
    }
    return files;
  }

  @Override
  public void held(MessageRecord message, List<StoreReader.Pending> deliveries, Content content)
      throws IOException {
    messages++;
    int number = number(message.envelope().id(), content);
    for (StoreReader.Pending each : deliveries) {
      held.computeIfAbsent(each.recipient().address(), user -> new HashSet<>()).add(number);
    }
  }

  @Override
  public void unreadable(long position, String why) {
    wrong.add("unreadable at " + position + ": " + why);
  }

  private int number(String id, Content content) throws IOException {
    CRC32 body = new CRC32();
    int number = 0;
    long checksum = -1;
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(content.open(), StandardCharsets.ISO_8859_1))) {
      for (String line = in.readLine(); !"".equals(line); line = in.readLine()) {
        number = line.startsWith(CampaignLetter.NUMBER) ? (int) CampaignLetter.after(line) : number;
        checksum = line.startsWith(CampaignLetter.CHECKSUM) ? CampaignLetter.after(line) : checksum;
      }
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        body.update((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    if (body.getValue() != checksum) {
      wrong.add("message " + number + " " + id + " is not whole");
    }
    return number;
  }

  /** Adds what was acknowledged, did not arrive, and is not held either. */
  void compare(CampaignSender sender, CampaignBackend backend) {
    sender.acknowledged.forEach((user, numbers) -> {
      Set<Integer> somewhere = new HashSet<>(held.getOrDefault(user, Set.of()));
      backend.arrivals(user).forEach(arrival -> somewhere.add(arrival.number()));
      numbers.stream()
          .filter(number -> !somewhere.contains(number))
          .forEach(number -> wrong.add("neither arrived nor held: " + user + " " + number));
    });
  }
}
