package org.dicomgateway.dicom.commitment;

import org.dicomgateway.dicom.values.Uid;

/** One item of a Referenced SOP Sequence (PS3.3 C.14): the instance whose storage is to be committed. */
public record SopReference(Uid sopClass, Uid sopInstance) implements Comparable<SopReference> {

    @Override
    public int compareTo(SopReference other) {
        int byInstance = sopInstance.compareTo(other.sopInstance);
        return byInstance != 0 ? byInstance : sopClass.compareTo(other.sopClass);
    }
}
