/** What is a message made of, and how is it made fit for a next hop that can take less? */
@NullMarked
package org.holdfast.gateway.content;

import org.jspecify.annotations.NullMarked;
