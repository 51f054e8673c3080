package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object somebody sent, read member by member with exact complaints. Made with the members
 * it may have: any other is an error.
 */
final class Body {

  /** A request's JSON, in octets. Lists have calls of their own that stream. */
  static final int MAX_BODY_BYTES = 256 * 1024;

  private final JsonNode node;
  private final String where;

  private Body(JsonNode node, String where, Set<String> allowed) {
    if (!node.isObject()) {
      throw Problem.bad((where.isEmpty() ? "the body" : where) + " must be a JSON object");
    }
    this.node = node;
    this.where = where.isEmpty() ? "" : where + ".";
    for (String name : node.propertyNames()) {
      if (!allowed.contains(name)) {
        throw Problem.bad(
            "unknown field \""
                + this.where
                + name
                + "\"; "
                + (allowed.isEmpty() ? "there is none here" : "known are " + known(allowed)));
      }
    }
  }

  /** The request's body. */
  static Body of(Context ctx, String... allowed) throws IOException {
    return of(bytes(ctx, MAX_BODY_BYTES), allowed);
  }

  /** As {@link #of(Context, String...)}, but no body at all is an empty object. */
  static Body optional(Context ctx, String... allowed) throws IOException {
    byte[] bytes = bytes(ctx, MAX_BODY_BYTES);
    return of(bytes.length == 0 ? new byte[] {'{', '}'} : bytes, allowed);
  }

  /** This JSON text. */
  static Body of(byte[] json, String... allowed) {
    return new Body(parse(json), "", Set.of(allowed));
  }

  private static String known(Set<String> allowed) {
    return String.join(", ", allowed.stream().sorted().toList());
  }

  private static JsonNode parse(byte[] json) {
    try {
      return Json.MAPPER.readTree(json);
    } catch (JacksonException e) {
      var at = e.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw Problem.bad("not JSON" + place);
    }
  }

  private static byte[] bytes(Context ctx, int most) throws IOException {
    try (InputStream in = Requests.body(ctx)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new Problem(
            HttpStatus.CONTENT_TOO_LARGE, "the body is larger than " + most + " octets");
      }
      return bytes;
    }
  }

  boolean has(String name) {
    return node.hasNonNull(name);
  }

  /** Text that must be there and not be blank. */
  String text(String name) {
    String text = textOrNull(name);
    if (text == null || text.isBlank()) {
      throw Problem.bad("field \"" + where + name + "\" is missing or empty");
    }
    return text;
  }

  /** Text, or null when it is absent or null. */
  @Nullable String textOrNull(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw Problem.bad("field \"" + where + name + "\" must be a string");
    }
    return value.stringValue();
  }

  /** Text, or this when it is absent. */
  String textOr(String name, String otherwise) {
    String text = textOrNull(name);
    return text == null ? otherwise : text;
  }

  /** A whole number that is not negative, or null when it is absent or null. */
  @Nullable Long numberOrNull(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw Problem.bad("field \"" + where + name + "\" must be a whole number, 0 or more");
    }
    return value.longValue();
  }

  /** A whole number between these, or null when it is absent or null. */
  @Nullable Integer numberOrNull(String name, int least, int most) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < least
        || value.intValue() > most) {
      throw Problem.bad(
          "field \"" + where + name + "\" must be a whole number, " + least + " to " + most);
    }
    return value.intValue();
  }

  /** True or false; false when it is absent. */
  boolean flag(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw Problem.bad("field \"" + where + name + "\" must be true or false");
    }
    return value.booleanValue();
  }

  /** An object within, with the members it may have; empty when it is absent. */
  Body object(String name, String... allowed) {
    JsonNode value = node.path(name);
    JsonNode there =
        value.isMissingNode() || value.isNull() ? Json.MAPPER.createObjectNode() : value;
    return new Body(there, where + name, Set.of(allowed));
  }

  /** The names of all members, in the order given. */
  Iterable<String> names() {
    return node.propertyNames();
  }

  /** As {@link #object}, for an object whose members have names of the caller's choice. */
  Body named(String name) {
    JsonNode value = node.path(name);
    if (!value.isObject()) {
      throw Problem.bad("field \"" + where + name + "\" must be an object");
    }
    return new Body(value, where + name, Set.copyOf(value.propertyNames()));
  }
}
