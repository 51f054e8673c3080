/**
 * What a service manager is told, and tells us: {@code sd_notify(3)}, the watchdog, SIGHUP. Knows
 * no other room; a gateway that nobody manages does without all of it.
 */
@NullMarked
package org.holdfast.gateway.service;

import org.jspecify.annotations.NullMarked;
