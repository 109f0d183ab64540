package org.dicomgateway.dicom.values;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DictionaryTest {

    @Test
    void a_keyword_has_a_tag_which_is_shown_as_group_and_element() {
        assertThat(Dictionary.tag("PatientID")).hasValue(0x00100020);
        assertThat(Dictionary.format(0x7FE00010)).isEqualTo("(7FE0,0010)");
    }

    @Test
    void a_tag_can_be_given_as_a_number() {
        assertThat(Dictionary.tag("0009,1001")).hasValue(0x00091001);
        assertThat(Dictionary.tag("(7fe0,0010)")).hasValue(0x7FE00010);
        assertThat(Dictionary.tag("00100020")).hasValue(0x00100020);
    }

    @Test
    void what_is_no_keyword_has_no_tag_but_a_suggestion() {
        assertThat(Dictionary.tag("PatientId")).isEmpty();
        assertThat(Dictionary.nearestKeyword("PatientId")).contains("PatientID");
        assertThat(Dictionary.nearestKeyword("StudyDescripton")).contains("StudyDescription");
        assertThat(Dictionary.nearestKeyword("xyzzy")).isEmpty();
    }

    @Test
    void a_SOP_class_is_found_by_keyword_name_and_UID() {
        Uid ct = Uid.of("1.2.840.10008.5.1.4.1.1.2");
        assertThat(Dictionary.sopClass("CTImageStorage")).contains(ct);
        assertThat(Dictionary.sopClass("ct image storage")).contains(ct);
        assertThat(Dictionary.sopClass("1.2.840.10008.5.1.4.1.1.2")).contains(ct);
        assertThat(Dictionary.sopClass("Hanging Protocol Storage")).contains(Uid.of("1.2.840.10008.5.1.4.38.1"));
        assertThat(Dictionary.sopClass("Label Map Segmentation Storage"))
                .contains(Uid.of("1.2.840.10008.5.1.4.1.1.66.7"));
    }

    @Test
    void what_is_no_storage_SOP_class_is_not_found_as_one() {
        assertThat(Dictionary.sopClass("StorageCommitmentPushModelSOPClass")).isEmpty();
        assertThat(Dictionary.sopClass("MediaStorageDirectoryStorage")).isEmpty();
        assertThat(Dictionary.sopClass("ImplicitVRLittleEndian")).isEmpty();
        assertThat(Dictionary.nearestSopClass("CTImageStorge")).contains("CTImageStorage");
    }

    @Test
    void a_transfer_syntax_is_found_by_todays_and_yesterdays_names() {
        assertThat(Dictionary.transferSyntax("ExplicitVRBigEndian")).contains(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN);
        assertThat(Dictionary.transferSyntax("JPEGBaseline8Bit")).contains(TransferSyntax.of("1.2.840.10008.1.2.4.50"));
        assertThat(Dictionary.transferSyntax("JPEG Baseline (Process 1)"))
                .contains(TransferSyntax.of("1.2.840.10008.1.2.4.50"));
        assertThat(Dictionary.transferSyntax("HTJ2K")).contains(TransferSyntax.of("1.2.840.10008.1.2.4.203"));
        assertThat(Dictionary.nearestTransferSyntax("ImplicitVRLitleEndian")).contains("ImplicitVRLittleEndian");
    }

    @Test
    void a_UID_has_the_name_the_standard_gave_it() {
        assertThat(Dictionary.name(Uid.of("1.2.840.10008.5.1.4.1.1.4"))).contains("MR Image Storage");
        assertThat(Dictionary.name(Uid.of("1.2.3"))).isEmpty();
    }
}
