/** What a service manager hears, by real sockets and of the real process. */
@NullMarked
package org.holdfast.gateway.service;

import org.jspecify.annotations.NullMarked;
