package org.dicomgateway.security;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;

/**
 * Why a file could not be read or written, in words, for messages to operators. The message of such an exception is
 * often only a path. It is here because every package that reads files of an operator may use this one.
 */
public final class FileTrouble {

    private FileTrouble() {}

    /** The reason, after the name of the file when the exception has one. */
    public static String named(IOException e) {
        return (e instanceof FileSystemException file && file.getFile() != null ? file.getFile() + ": " : "") + of(e);
    }

    /** The reason, without the name of the file. */
    public static String of(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or folder";
        } else if (e instanceof AccessDeniedException) {
            return "not permitted";
        } else if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        } else if (e instanceof DirectoryNotEmptyException) {
            return "the folder is not empty";
        } else if (e instanceof NotDirectoryException) {
            return "it is not a folder";
        }
        Optional<String> told =
                Optional.ofNullable(e instanceof FileSystemException file ? file.getReason() : e.getMessage());
        return told.orElse("input or output failed");
    }
}
