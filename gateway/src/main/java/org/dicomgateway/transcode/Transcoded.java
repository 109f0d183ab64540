package org.dicomgateway.transcode;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.spool.DatasetDigest;

/** A dataset that was made completely, in another transfer syntax. Closing it deletes it. For one thread. */
public final class Transcoded implements Closeable {

    private final TransferSyntax syntax;
    private final OutputFile file;

    Transcoded(TransferSyntax syntax, OutputFile file) {
        this.syntax = syntax;
        this.file = file;
    }

    /** What it is encoded in. */
    public TransferSyntax transferSyntax() {
        return syntax;
    }

    /** The digest of all its bytes. */
    public DatasetDigest digest() {
        return file.digest().digest();
    }

    /** Its length in bytes. */
    public long length() {
        return file.digest().length();
    }

    /** How many bytes of it are in memory. */
    public long memory() {
        return file.memory();
    }

    /** Its bytes. */
    public InputStream open() throws IOException {
        return file.read();
    }

    @Override
    public void close() throws IOException {
        file.delete();
    }
}
