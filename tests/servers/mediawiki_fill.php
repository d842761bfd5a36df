<?php
// Standard input: a JSON list of {name, text, author, date}. Uploads a small picture for each; output: a JSON list of {id, url}.
require_once getenv('MW_INSTALL') . '/maintenance/Maintenance.php';

use MediaWiki\MediaWikiServices;

class FillServer extends Maintenance {
    public function execute() {
        $made = [];
        foreach (json_decode(stream_get_contents(STDIN), true) as $row) {
            $made[] = $this->upload($row);
        }
        DeferredUpdates::doUpdates();
        echo json_encode($made);
    }

    private function upload(array $row): array {
        $picture = tempnam(getenv('MW_FOLDER'), 'picture');
        $image = imagecreatetruecolor(16, 12);
        // every picture its own colour: MediaWiki tells duplicates by their hash
        imagefill($image, 0, 0, crc32($row['name']) & 0xffffff);
        imagepng($image, $picture);
        $title = Title::makeTitleSafe(NS_FILE, $row['name']);
        $file = MediaWikiServices::getInstance()->getRepoGroup()->getLocalRepo()->newFile($title);
        $author = User::newSystemUser($row['author'], ['steal' => true]);
        $status = $file->upload($picture, 'test picture', $row['text'], 0, false, $row['date'], $author);
        unlink($picture);
        if (!$status->isOK()) {
            $this->fatalError($status->getMessage(false, false, 'en')->plain());
        }
        return ['id' => $title->getArticleID(Title::READ_LATEST), 'url' => wfExpandUrl($file->getDescriptionUrl(), PROTO_CANONICAL)];
    }
}

$maintClass = FillServer::class;
require_once RUN_MAINTENANCE_IF_MAIN;
