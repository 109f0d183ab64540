package org.dicomgateway.cli.send;

import java.time.Duration;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;

/**
 * How to send.
 *
 * @param peer to whom
 * @param calling the AE title we call by
 * @param associations open at once, at most; at least 1
 * @param retries how often a file is sent again that the peer could not take for the moment, and how often in a row an
 *     association may fail before all is given up; at least 0
 * @param initialDelay before the first retry
 * @param maxDelay upper bound of the growing delay
 */
public record SendSettings(
        Peer peer, AeTitle calling, int associations, int retries, Duration initialDelay, Duration maxDelay) {}
