package org.holdfast.gateway.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files of the operators' page, read from the jar once: ours, and those of two libraries that
 * the build brings (WebJars). All of them stand under one folder whose name is the hash of all of
 * them, so a browser may keep them for ever and never mixes two versions. Immutable.
 */
final class PageFiles {

  /** Ours; beside them stands {@code index.html}. */
  static final List<String> OURS =
      List.of(
          "aliases.js",
          "api.js",
          "app.js",
          "bulk.js",
          "changes.js",
          "dialog.js",
          "events.js",
          "filter.js",
          "flip.js",
          "format.js",
          "help.js",
          "holds.js",
          "icon.svg",
          "map.js",
          "mapload.js",
          "message.js",
          "needs.js",
          "overview.js",
          "page.css",
          "pairform.js",
          "pairs.js",
          "parts.js",
          "plot.js",
          "queue.js",
          "releases.js",
          "restores.js",
          "session.js",
          "user.js",
          "userform.js",
          "users.js",
          "views.css");

  private static final String WEBJARS = "/META-INF/resources/webjars/";

  private static final Map<String, String> LIBRARIES =
      Map.of(
          "lib/lit-html.js", WEBJARS + "lit-html/VERSION/lit-html.js",
          "lib/uplot.js", WEBJARS + "uplot/VERSION/dist/uPlot.esm.js",
          "lib/uplot.css", WEBJARS + "uplot/VERSION/dist/uPlot.min.css");

  private static final Map<String, String> TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private static final int HASH_DIGITS = 16;

  private final Map<String, File> files = new LinkedHashMap<>();
  private final String folder;
  private final File index;

  /** One file, as it is and by gzip (RFC 1952). */
  @SuppressWarnings("ArrayRecordComponent") // written out, never compared
  record File(byte[] bytes, byte[] gzip, String type) {}

  PageFiles() {
    OURS.forEach(name -> files.put(name, file(name, read("page/" + name))));
    LIBRARIES.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
        .forEach(
            lib -> files.put(lib.getKey(), file(lib.getKey(), read(versioned(lib.getValue())))));
    this.folder = "assets/" + hash();
    String page = new String(read("page/index.html"), StandardCharsets.UTF_8);
    byte[] index = page.replace("ASSETS", folder).getBytes(StandardCharsets.UTF_8);
    this.index = new File(index, gzip(index), "text/html; charset=utf-8");
  }

  /** Where all of them but the first stand: no slash at either end. */
  String folder() {
    return folder;
  }

  File index() {
    return index;
  }

  Map<String, File> all() {
    return files;
  }

  private static File file(String name, byte[] bytes) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    return new File(bytes, gzip(bytes), type == null ? "application/octet-stream" : type);
  }

  private String hash() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      files.forEach((name, file) -> {
        sha.update(name.getBytes(StandardCharsets.UTF_8));
        sha.update(file.bytes());
      });
      return HexFormat.of().formatHex(sha.digest()).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** A WebJar's folder bears the version that the build brought; Maven's file in it says which. */
  private static String versioned(String path) {
    String name = path.substring(WEBJARS.length(), path.indexOf('/', WEBJARS.length()));
    String properties =
        new String(
            read("/META-INF/maven/org.webjars.npm/" + name + "/pom.properties"),
            StandardCharsets.UTF_8);
    String version =
        properties
            .lines()
            .filter(line -> line.startsWith("version="))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("which version of " + name + "?"))
            .substring("version=".length())
            .strip();
    return path.replace("VERSION", version);
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return zipped.toByteArray();
  }

  private static byte[] read(String name) {
    try (@Nullable InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
