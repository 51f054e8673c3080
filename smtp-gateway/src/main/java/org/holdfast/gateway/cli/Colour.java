package org.holdfast.gateway.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** When output has colours. */
enum Colour {
  AUTO,
  ALWAYS,
  NEVER;

  /** The words, for the shell. */
  static final class Choices implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("auto", "always", "never").iterator();
    }
  }

  /** Reads the option's word. */
  static final class Words implements ITypeConverter<Colour> {
    @Override
    public Colour convert(String word) {
      for (Colour colour : values()) {
        if (colour.name().toLowerCase(Locale.ROOT).equals(word)) {
          return colour;
        }
      }
      throw new TypeConversionException("it is auto, always or never, not " + word);
    }
  }

  /** Whether stdout gets colours. */
  Ansi on(Tty tty) {
    boolean on = this == ALWAYS || (this == AUTO && tty.out() && !tty.plain());
    return on ? Ansi.ON : Ansi.OFF;
  }
}
