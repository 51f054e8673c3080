package org.holdfast.gateway.fuzz;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every target with its corpus ({@code src/test/resources/fuzz/TARGET}: what Jazzer found worth
 * keeping, and every input that once broke something), and with {@code -Dholdfast.fuzz.inputs=N}
 * mutations from {@code -Dholdfast.fuzz.seed=S}.
 */
class FuzzTest {

  private static final int INPUTS = Integer.getInteger("holdfast.fuzz.inputs", 2_000);
  private static final long SEED = Long.getLong("holdfast.fuzz.seed", new Random().nextLong());

  @ParameterizedTest
  @EnumSource(Target.class)
  void target_withItsCorpusAndMutationsOfIt_keepsItsPromises(Target target) throws Exception {
    List<byte[]> corpus = corpus(target);
    for (byte[] input : corpus) {
      run(target, input, "corpus");
    }
    Mutations mutations = new Mutations(SEED, target.words(), corpus);
    for (int i = 0; i < INPUTS; i++) {
      run(target, mutations.next(), "seed " + SEED + " input " + i);
    }
  }

  private static void run(Target target, byte[] input, String which) {
    try {
      target.run(input);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          target
              + ", "
              + which
              + ", hex "
              + HexFormat.of().formatHex(input)
              + "\n"
              + new String(input, StandardCharsets.ISO_8859_1),
          e);
    }
  }

  private static List<byte[]> corpus(Target target) throws IOException, URISyntaxException {
    String name = "/fuzz/" + target.name().toLowerCase(Locale.ROOT);
    @Nullable URL folder = FuzzTest.class.getResource(name);
    List<byte[]> corpus = new ArrayList<>();
    if (folder != null) {
      URI uri = folder.toURI();
      try (Stream<Path> files = Files.list(Path.of(uri))) {
        for (Path file : files.sorted().toList()) {
          corpus.add(Files.readAllBytes(file));
        }
      }
    }
    return corpus;
  }
}
