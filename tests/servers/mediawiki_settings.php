<?php
// Appended to the LocalSettings.php that the installer wrote: paths as on Wikimedia Commons, uploads, no caches, no jobs at reading.
$wgScriptPath = '/w';
$wgArticlePath = '/wiki/$1';
$wgUploadPath = '/images';
$wgUploadDirectory = getenv('MW_FOLDER') . '/images';
$wgCacheDirectory = getenv('MW_FOLDER') . '/cache';
$wgEnableUploads = true;
$wgUseInstantCommons = false;
$wgMainCacheType = $wgMessageCacheType = $wgParserCacheType = $wgSessionCacheType = CACHE_NONE;
$wgJobRunRate = 0;
$wgUseImageMagick = false;
$wgRateLimits = [];

// Stands in for the extension CommonsMetadata, which Debian does not package: the same field names and form, read from the
// {{Information}} of the file page. The real one reads more fields, in more ways.
$wgHooks['GetExtendedMetadata'][] = function (&$combined, $file, $context, $single, &$maxCacheTime) {
    $page = MediaWiki\MediaWikiServices::getInstance()->getWikiPageFactory()->newFromTitle($file->getTitle());
    $text = ContentHandler::getContentText($page->getContent()) ?: '';
    $wanted = ['description' => 'ImageDescription', 'date' => 'DateTimeOriginal', 'author' => 'Artist', 'licence' => 'LicenseShortName'];
    foreach ($wanted as $name => $field) {
        if (preg_match("/^\\|$name=(.*)\$/m", $text, $found)) {
            $combined[$field] = ['value' => htmlspecialchars($found[1]), 'source' => 'commons-desc-page'];
        }
    }
    preg_match_all('/\[\[Category:([^\]]+)\]\]/', $text, $found);
    $combined['Categories'] = ['value' => implode('|', $found[1]), 'source' => 'commons-categories'];
    return true;
};

// A search without `srwhat` looks at titles only in MediaWiki's own engine, at everything on Commons: without titles it takes the text.
class TextSearch extends SearchSqlite {
    protected function doSearchTitleInDB($term) {
        return null;
    }
}
$wgSearchType = TextSearch::class;
