package org.holdfast.gateway.admin;

import java.nio.file.Path;

/**
 * What the operator set for the admin API.
 *
 * @param host where to listen
 * @param port 0 to 65535; 0 takes any free one, see {@link AdminServer#port()}
 * @param tokens path of the tokens file, empty for none; see {@link Tokens}
 * @param data the data folder: {@code operator.token} stands here
 * @param node this gateway's name, shown to operators
 */
public record AdminSettings(String host, int port, String tokens, Path data, String node) {}
