package org.holdfast.gateway.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Inputs made from a seed: sentences of a target's words, and inputs that are there already with
 * octets flipped, cut, doubled and words put in.
 */
final class Mutations {

  private static final int MOST = 8192;

  private final Random random;
  private final List<byte[]> words;
  private final List<byte[]> corpus;

  Mutations(long seed, List<byte[]> words, List<byte[]> corpus) {
    this.random = new Random(seed);
    this.words = words;
    this.corpus = corpus;
  }

  byte[] next() {
    byte[] input = corpus.isEmpty() || random.nextInt(3) == 0 ? sentence() : any(corpus);
    for (int i = random.nextInt(5); i > 0; i--) {
      input = mutated(input);
    }
    return input.length > MOST ? Arrays.copyOf(input, MOST) : input;
  }

  /** The first octet is for the target's own choices. */
  private byte[] sentence() {
    ByteArrayOutputStream sentence = new ByteArrayOutputStream();
    sentence.write(random.nextInt(256));
    for (int i = 1 + random.nextInt(12); i > 0; i--) {
      sentence.writeBytes(any(words));
    }
    return sentence.toByteArray();
  }

  private byte[] any(List<byte[]> of) {
    return of.get(random.nextInt(of.size()));
  }

  private byte[] mutated(byte[] input) {
    int at = random.nextInt(input.length + 1);
    int to = Math.min(input.length, at + random.nextInt(20));
    return switch (random.nextInt(6)) {
      case 0 -> spliced(input, at, at, any(words));
      case 1 -> spliced(input, at, to, new byte[0]);
      case 2 -> spliced(input, at, at, Arrays.copyOfRange(input, at, to));
      case 3 -> spliced(input, at, to, any(words));
      case 4 -> spliced(input, at, at, new byte[] {(byte) random.nextInt(256)});
      default -> flipped(input);
    };
  }

  private byte[] flipped(byte[] input) {
    byte[] flipped = input.clone();
    if (flipped.length > 0) {
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private static byte[] spliced(byte[] input, int from, int to, byte[] piece) {
    ByteArrayOutputStream spliced = new ByteArrayOutputStream();
    spliced.write(input, 0, from);
    spliced.writeBytes(piece);
    spliced.write(input, to, input.length - to);
    return spliced.toByteArray();
  }
}
