/** What a log line looks like: one line, whatever stands in it; as text or as JSON. */
@org.jspecify.annotations.NullMarked
package org.holdfast.gateway.log;
