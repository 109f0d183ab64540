package org.dicomgateway.spool.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.LogFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compacts the journal when it has grown, and creates it again after a write failed. */
public final class JournalUpkeep {

    private static final Logger LOG = LoggerFactory.getLogger(JournalUpkeep.class);

    private final Disk disk;
    private final Folders folders;
    private final InstanceFiles files;
    private final FactJournal journal;
    private boolean failing;

    public JournalUpkeep(Disk disk, Folders folders, InstanceFiles files, FactJournal journal) {
        this.disk = disk;
        this.folders = folders;
        this.files = files;
        this.journal = journal;
    }

    /** Compacts the journal if needed. Cheap when it is not needed. For one thread. */
    public void look() {
        if (journal.isSound() && !journal.isLong()) {
            return;
        }
        try {
            compact(LogFolder.look(disk, folders));
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn("the spool's journal cannot be rewritten; it is tried again, and nothing is recycled", e);
            }
            failing = true;
        }
    }

    /** Removes facts about instances that are neither in the log nor in a file. */
    public void compact(LogFolder log) throws IOException {
        // What is gone must not come back after a power failure.
        for (Path folder : List.of(folders.log(), folders.large(), folders.held())) {
            disk.syncDirectory(folder);
        }
        Set<Long> own = files.all().keySet();
        long inLog = log.idsFrom();
        journal.compact(id -> id >= inLog || own.contains(id), log.segments()::containsKey);
    }
}
