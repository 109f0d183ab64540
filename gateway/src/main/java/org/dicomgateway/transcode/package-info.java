/**
 * Brings instances into other transfer syntaxes (PS3.5 A) for destinations that do not take them as they are, without
 * loss.
 *
 * <p>In: the stream of a dataset, its transfer syntax, and the one that is wanted. Out: a file with the whole dataset,
 * its length and its digest, or an exception that says why there is none. Uncompressed syntaxes and RLE are Java;
 * other codecs are programs, each run in a process of its own with limits, over files without any attribute that names
 * a patient. Memory holds one frame at most. What is compressed is decompressed again and compared.
 *
 * <p>Threads: the caller's.
 *
 * <p>Never here: the network, which syntax a destination takes, loss, and an instance that is transcoded in part.
 */
@NullMarked
package org.dicomgateway.transcode;

import org.jspecify.annotations.NullMarked;
