package org.holdfast.gateway.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What a client shows the gateway.
 *
 * @param text empty: there is none
 * @param origin where it is from, or why there is none; told when the gateway does not take it
 */
record Token(String text, String origin) {

  private static final String ELSE = "; give --token, HOLDFAST_TOKEN or --config";

  /** The one in this file, if it can be read. */
  static Token in(Path file) {
    try {
      return new Token(Files.readString(file).strip(), "it is that of " + file);
    } catch (IOException e) {
      return new Token("", "no token found: " + file + ": " + why(e) + ELSE);
    }
  }

  private static String why(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      case CharacterCodingException _ -> "is not text";
      default -> e.toString();
    };
  }
}
