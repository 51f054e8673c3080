package org.holdfast.gateway.conf;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file of settings that was read. Immutable.
 *
 * @param settings what it means
 * @param texts every key, dotted, with the text that counts, in the order of the file
 * @param base where its relative paths begin
 */
public record Configuration(Settings settings, Map<String, String> texts, Path base) {

  public Configuration {
    texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
  }
}
